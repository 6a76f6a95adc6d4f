using System.Buffers.Binary;
using System.Numerics;
using MailResponder.Reply;
using MailResponder.Responses;

namespace MailResponder.Rendering;

/// <summary>Makes the file of a <see cref="BookIndex"/>.</summary>
internal sealed class BookIndexFile
{
    private readonly List<(string Key, byte[] Record)> _records = [];

    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It cannot be written.</exception>
    public static void Write(RenderingFolder folder, ResponseBook book, FileIdentity identity)
    {
        var file = new BookIndexFile();
        foreach (var address in book.Addresses)
            file.AddAddress(address, book.EntriesFor(address));
        foreach (var localPart in LocalParts(book))
            file.AddLocalPart(localPart, book.AddressWithLocalPart(localPart) ?? "");
        var bytes = file.ToBytes(identity);
        folder.Write(BookIndex.FileName, stream => stream.Write(bytes));
    }

    /// <summary>What stands before an "@"; an address may have several.</summary>
    private static HashSet<string> LocalParts(ResponseBook book)
    {
        var localParts = new HashSet<string>();
        foreach (var address in book.Addresses)
        {
            for (var at = address.IndexOf('@'); at >= 0; at = address.IndexOf('@', at + 1))
                localParts.Add(address[..at]);
        }

        return localParts;
    }

    private void AddAddress(string address, IReadOnlyList<ResponseEntry> entries)
    {
        var key = BookIndex.AddressKey(address);
        using var record = new RecordWriter();
        record.WriteText(key);
        record.Write(entries.Count);
        foreach (var entry in entries)
        {
            record.Write(entry.Number);
            record.Write(entry.Line);
            record.WriteBlock(entry.Json.Span);
            var text = MimeBody.Of(entry.Bodies);
            record.WriteFrame(text.Frame);
            record.Write(text.Hash);
        }

        _records.Add((key, record.Finish()));
    }

    private void AddLocalPart(string localPart, string address)
    {
        var key = BookIndex.LocalPartKey(localPart);
        using var record = new RecordWriter();
        record.WriteText(key);
        record.WriteText(address);
        _records.Add((key, record.Finish()));
    }

    private byte[] ToBytes(FileIdentity identity)
    {
        // Half of them stay empty, so that a search soon ends.
        var slots = BitOperations.RoundUpToPowerOf2((uint)_records.Count * 2);
        var start = BookIndex.HeadBytes + slots * BookIndex.SlotBytes;
        var bytes = new byte[start + _records.Sum(record => record.Record.Length)];
        BookIndex.Head(identity, slots, bytes.Length).CopyTo(bytes, 0);
        foreach (var (key, record) in _records)
        {
            record.CopyTo(bytes, start);
            var slot = FreeSlot(bytes, BookIndex.Hash(key), slots);
            BinaryPrimitives.WriteUInt32LittleEndian(slot, BookIndex.Hash(key));
            BinaryPrimitives.WriteUInt32LittleEndian(slot[4..], start);
            BinaryPrimitives.WriteInt32LittleEndian(slot[8..], record.Length);
            start += (uint)record.Length;
        }

        for (var i = 0u; i < slots; i++)
        {
            var slot = SlotAt(bytes, i);
            BinaryPrimitives.WriteUInt32LittleEndian(slot[12..], Checksum.Of(slot[..12], i));
        }

        return bytes;
    }

    private static Span<byte> FreeSlot(byte[] bytes, uint hash, uint slots)
    {
        var i = hash % slots;
        while (BinaryPrimitives.ReadInt32LittleEndian(SlotAt(bytes, i)[8..]) != 0)
            i = (i + 1) % slots;
        return SlotAt(bytes, i);
    }

    private static Span<byte> SlotAt(byte[] bytes, uint slot) =>
        bytes.AsSpan(BookIndex.HeadBytes + (int)slot * BookIndex.SlotBytes, BookIndex.SlotBytes);
}
