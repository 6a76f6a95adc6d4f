using System.Buffers.Binary;
using MailResponder.Book;
using MailResponder.Doctor;
using MailResponder.Reply.Rendered;
using MailResponder.Settings;
using MailResponder.Tests.Reply.Rendered;

namespace MailResponder.Tests.Fuzz;

/// <summary>
/// What the readers of the rendered book promise: any file, even one with correct checksums, is either usable or counts
/// as damaged.
/// </summary>
internal static class RenderingTrials
{
    public static Action<byte[]> Address() => Trial(RenderedBook.NameOf(RenderedPlace.FileAddress));

    public static Action<byte[]> List() => Trial(RenderedBook.ListName);

    public static Action<byte[]> Reply()
    {
        var (place, folder) = Rendered();
        var entry = Assert.Single(new RenderedBook(folder, Damaged).EntriesFor(RenderedPlace.FileAddress));
        var rendering = new RenderedReply(folder, entry, [.. entry.Attachments.Select(attachment =>
            AttachmentRename.NameFor("", attachment.ShownName, place.Settings.AttachmentNames))]);
        var path = Path.Join(place.BookFolder, rendering.FileName);
        var good = File.ReadAllBytes(path);
        var source = FileIdentity.Of(place.Attachment)!.Value;
        return input =>
        {
            File.WriteAllBytes(path, Changed(good, input));
            using var body = rendering.Open([.. entry.Attachments.Select(_ => source)]);
            Assert.True(
                body is null || body.Frame.Texts.Count == entry.Attachments.Count + 1,
                "a body with room for its attachments");
        };
    }

    private static Action<byte[]> Trial(string name)
    {
        var (place, folder) = Rendered();
        var path = Path.Join(place.BookFolder, name);
        var good = File.ReadAllBytes(path);
        return input =>
        {
            File.WriteAllBytes(path, Changed(good, input));
            var book = new RenderedBook(folder, Damaged);
            book.Knows("none@example.com");
            Assert.DoesNotContain("none@example.com", book.Addresses);
            foreach (var entry in ((string[])[RenderedPlace.Address, RenderedPlace.FileAddress])
                .SelectMany(book.EntriesFor))
            {
                // The texts of an entry with pools are left open.
                Assert.Equal(1 + (entry.Pools.Count > 0 ? entry.Bodies.Count : 0),
                    ((RenderedEntry)entry).Text.Frame.Texts.Count);
                Assert.Empty(entry.With(pool => pool.Links.Take(pool.Each).ToList()).Pools);
            }
        };
    }

    private static ResponseBook Damaged() => new([]);

    private static (RenderedPlace Place, BookFolder Folder) Rendered()
    {
        var place = new RenderedPlace();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => place.Dispose();
        RenderedPlace.Settle();
        place.RenderAll();
        return (place, new BookFolder(place.BookFolder));
    }

    /// <summary>
    /// Changes a file. Its checksum is nearly always corrected; otherwise hardly any input would get past the check.
    /// </summary>
    private static byte[] Changed(byte[] good, byte[] input)
    {
        var file = ChangedFile.Make(good, input, out var mended);
        if (mended != 0 && file.Length >= sizeof(uint))
        {
            BinaryPrimitives.WriteUInt32LittleEndian(
                file.AsSpan(^sizeof(uint)..), RecordWriter.Checksum(file.AsSpan(..^sizeof(uint))));
        }

        return file;
    }
}
