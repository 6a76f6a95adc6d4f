using System.Buffers.Binary;
using MailResponder.Reply;
using MailResponder.Responses;

namespace MailResponder.Rendering;

/// <summary>
/// The rendered book as a file: a hash table of the addresses, and of the local parts, in front of their records. An
/// address is found with a few reads, however many there are. Each part has a checksum; a damaged one is an
/// <see cref="InvalidDataException"/> for whoever comes upon it.
/// </summary>
internal sealed class BookIndex : IDisposable
{
    public const string FileName = "book";

    /// <summary>Bytes of the file's beginning: a record with all that must be as it was, and the number of slots.</summary>
    public const int HeadBytes = 96;

    /// <summary>A slot is a key's hash, place and length of its record, and a checksum; length 0: nothing hashes here.</summary>
    public const int SlotBytes = 16;

    private readonly FileStream _file;
    private readonly string _book;
    private readonly uint _slots;
    private readonly long _bytes;

    private BookIndex(FileStream file, string book, uint slots, long bytes)
    {
        _file = file;
        _book = book;
        _slots = slots;
        _bytes = bytes;
    }

    /// <summary>Null when there is none by this program, of this state of the book.</summary>
    /// <param name="folder">Where it lies.</param>
    /// <param name="book">The book's file, for faults.</param>
    /// <param name="identity">Null: of whatever state, which is the last good one.</param>
    public static BookIndex? Open(RenderingFolder folder, string book, FileIdentity? identity)
    {
        var file = folder.Open(FileName);
        try
        {
            if (file is not null && file.Length is var bytes && SlotsOf(ReadAt(file, 0, HeadBytes), identity, bytes) is { } slots)
                return new BookIndex(file, book, slots, bytes);
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException)
        {
            // As good as none.
        }

        file?.Dispose();
        return null;
    }

    public static byte[] Head(FileIdentity book, uint slots, long bytes)
    {
        using var head = new RecordWriter();
        head.Write(ProgramIdentity.Bytes);
        head.WriteIdentity(book);
        head.Write(slots);
        head.Write(bytes);
        head.Write(new byte[HeadBytes - sizeof(uint) - head.BaseStream.Length]);
        return head.Finish();
    }

    /// <summary>The key of an address or, without "@", of a local part; kept apart, for a local part may hold an "@".</summary>
    public static string AddressKey(string address) => "a" + address;

    public static string LocalPartKey(string localPart) => "l" + localPart;

    /// <summary>FNV-1a.</summary>
    public static uint Hash(string key)
    {
        var hash = 2166136261u;
        foreach (var c in key)
            hash = (hash ^ c) * 16777619;
        return hash;
    }

    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public bool Knows(string address) => Find(AddressKey(address)) is not null;

    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public string? AddressWithLocalPart(string localPart) =>
        Find(LocalPartKey(localPart)) is { } record && record.ReadText() is { Length: > 0 } address ? address : null;

    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public List<ResponseEntry> EntriesFor(string address)
    {
        var entries = new List<ResponseEntry>();
        if (Find(AddressKey(address)) is not { } record)
            return entries;
        for (var count = record.ReadCount(leastBytes: 1); count > 0; count--)
        {
            var number = record.ReadInt32();
            var line = record.ReadInt32();
            var entry = ResponseBookFile.ReadEntry(_book, number, line, record.ReadBlock()) ?? throw new InvalidDataException();
            var frame = record.ReadFrame(attachments: 0);
            entries.Add(entry with { Text = new ReplyBody(frame, [], record.ReadHash()) });
        }

        return entries;
    }

    public void Dispose() => _file.Dispose();

    private static uint? SlotsOf(byte[] head, FileIdentity? book, long bytes)
    {
        using var record = new RecordReader(head);
        if (!record.ReadBytes(ProgramIdentity.Bytes.Length).AsSpan().SequenceEqual(ProgramIdentity.Bytes))
            return null;
        var found = record.ReadIdentity();
        if (book is not null && book != found)
            return null;
        var slots = record.ReadUInt32();
        return record.ReadInt64() == bytes && slots > 0 && HeadBytes + slots * (long)SlotBytes <= bytes ? slots : null;
    }

    private static byte[] ReadAt(FileStream file, long offset, int count)
    {
        var bytes = new byte[count];
        for (var at = 0; at < count;)
        {
            var read = RandomAccess.Read(file.SafeFileHandle, bytes.AsSpan(at), offset + at);
            if (read == 0)
                throw new InvalidDataException();
            at += read;
        }

        return bytes;
    }

    /// <summary>The record, read behind its key; null when there is none.</summary>
    private RecordReader? Find(string key)
    {
        var hash = Hash(key);
        var slot = hash % _slots;
        // Half of the slots are empty, so that the search ends long before it has gone round.
        for (var looked = 0u; looked < _slots; looked++, slot = (slot + 1) % _slots)
        {
            var bytes = ReadAt(_file, HeadBytes + slot * (long)SlotBytes, SlotBytes);
            if (BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(12)) != Checksum.Of(bytes.AsSpan(0, 12), slot))
                throw new InvalidDataException();
            var length = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(8));
            if (length == 0)
                return null;
            if (BinaryPrimitives.ReadUInt32LittleEndian(bytes) != hash)
                continue;
            var offset = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(4));
            if (length < 0 || offset + (long)length > _bytes)
                throw new InvalidDataException();
            var record = new RecordReader(ReadAt(_file, offset, length));
            if (record.ReadText() == key)
                return record;
            record.Dispose();
        }

        throw new InvalidDataException();
    }
}
