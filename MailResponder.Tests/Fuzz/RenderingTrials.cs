using System.Buffers.Binary;
using MailResponder.Rendering;
using MailResponder.Reply;
using MailResponder.Responses;
using MailResponder.Tests.Rendering;

namespace MailResponder.Tests.Fuzz;

/// <summary>
/// What the readers of the rendered book promise: whatever its files hold, even with checksums that are right, it is
/// usable or counts as damaged.
/// </summary>
internal static class RenderingTrials
{
    private const int RightRecords = 1, RightSlots = 2, RightLength = 4, RightHead = 8;

    /// <summary>In the head, behind what the program and the book are known by.</summary>
    private const int SlotsAt = 60, LengthAt = 64;

    public static Action<byte[]> Index()
    {
        var (place, folder) = Rendered();
        var path = Path.Join(place.Folder, BookIndex.FileName);
        var good = File.ReadAllBytes(path);
        var identity = FileIdentity.Of(place.Settings.ResponseBook)!.Value;
        return input =>
        {
            var file = ChangedFile.Make(good, input, out var mended);
            MendIndex(file, mended);
            File.WriteAllBytes(path, file);
            using var index = BookIndex.Open(folder, place.Settings.ResponseBook, identity);
            if (index is null)
                return;
            var book = new RenderedBook(index, () => new ResponseBook([]));
            book.Knows("none@example.com");
            book.AddressWithLocalPart("file");
            foreach (var entry in (string[])[RenderedPlace.Address, RenderedPlace.FileAddress])
                Assert.All(book.EntriesFor(entry), found => Assert.Single(found.Text!.Frame.Texts));
        };
    }

    public static Action<byte[]> Reply()
    {
        var (place, folder) = Rendered();
        var entry = Assert.Single(place.Renderings().Book().EntriesFor(RenderedPlace.FileAddress));
        var names = new AttachmentNames(place.Settings.AttachmentNames);
        var rendering = new RenderedReply(folder, entry, [.. entry.Attachments.Select(attachment => names.For("", attachment.ShownName))], new FolderSource(place.Settings).Open);
        var path = Path.Join(place.Folder, rendering.FileName);
        var good = File.ReadAllBytes(path);
        var source = FileIdentity.Of(place.Attachment)!.Value;
        return input =>
        {
            var file = ChangedFile.Make(good, input, out var mended);
            if ((mended & RightRecords) != 0)
                MendRecord(file);
            File.WriteAllBytes(path, file);
            using var body = rendering.Open([.. entry.Attachments.Select(_ => source)]);
            Assert.True(body is null || body.Frame.Texts.Count == entry.Attachments.Count + 1, "a body with room for its attachments");
        };
    }

    private static (RenderedPlace Place, RenderingFolder Folder) Rendered()
    {
        var place = new RenderedPlace();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => place.Dispose();
        RenderedPlace.Settle();
        place.RenderAll();
        return (place, new RenderingFolder(place.Settings));
    }

    private static void MendIndex(Span<byte> file, int mended)
    {
        if (file.Length < BookIndex.HeadBytes)
            return;
        var slots = file[BookIndex.HeadBytes..];
        var count = Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(file[SlotsAt..]), (uint)slots.Length / BookIndex.SlotBytes);
        for (var i = 0u; i < count; i++)
        {
            var slot = slots.Slice((int)i * BookIndex.SlotBytes, BookIndex.SlotBytes);
            var (start, length) = (BinaryPrimitives.ReadUInt32LittleEndian(slot[4..]), BinaryPrimitives.ReadInt32LittleEndian(slot[8..]));
            if ((mended & RightRecords) != 0 && length > 0 && start + (long)length <= file.Length)
                MendRecord(file.Slice((int)start, length));
        }

        for (var i = 0u; i < count && (mended & RightSlots) != 0; i++)
        {
            var slot = slots.Slice((int)i * BookIndex.SlotBytes, BookIndex.SlotBytes);
            BinaryPrimitives.WriteUInt32LittleEndian(slot[12..], Checksum.Of(slot[..12], i));
        }

        if ((mended & RightLength) != 0)
            BinaryPrimitives.WriteInt64LittleEndian(file[LengthAt..], file.Length);
        if ((mended & RightHead) != 0)
            MendRecord(file[..BookIndex.HeadBytes]);
    }

    private static void MendRecord(Span<byte> record)
    {
        if (record.Length >= sizeof(uint))
            BinaryPrimitives.WriteUInt32LittleEndian(record[^sizeof(uint)..], Checksum.Of(record[..^sizeof(uint)]));
    }
}
