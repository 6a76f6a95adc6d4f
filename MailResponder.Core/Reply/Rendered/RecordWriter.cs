using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using MailResponder.Book;
using MailResponder.Settings;

namespace MailResponder.Reply.Rendered;

/// <summary>Builds a record of the rendered book. The last four bytes of a record are its checksum.</summary>
internal sealed class RecordWriter
{
    private readonly ArrayBufferWriter<byte> _record = new();

    /// <summary>
    /// Returns the CRC-32C, which reveals accidental damage. An attacker who can write to the folder can compute it
    /// too.
    /// </summary>
    public static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var sum = ~0u;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            sum = BitOperations.Crc32C(sum, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var b in bytes)
            sum = BitOperations.Crc32C(sum, b);
        return ~sum;
    }

    public void WriteNumber(int number) => _record.Write(BitConverter.GetBytes(number));

    public void WriteBlock(ReadOnlySpan<byte> bytes)
    {
        WriteNumber(bytes.Length);
        _record.Write(bytes);
    }

    public void WriteText(string text) => WriteBlock(Encoding.UTF8.GetBytes(text));

    public void WriteTexts(IReadOnlyCollection<string> texts)
    {
        WriteNumber(texts.Count);
        foreach (var text in texts)
            WriteText(text);
    }

    public void WriteBody(ReplyBody body)
    {
        WriteBlock(body.Frame.Fields);
        foreach (var text in body.Frame.Texts)
            WriteBlock(text);
        _record.Write(body.Hash);
    }

    public void WriteEntry(ResponseEntry entry)
    {
        WriteNumber(entry.Number);
        WriteNumber(entry.Line);
        WriteNumber(entry.Bodies.Count);
        foreach (var body in entry.Bodies)
        {
            WriteText(body.Subtype);
            WriteText(body.Text);
        }

        WriteNumber(entry.Attachments.Count);
        foreach (var attachment in entry.Attachments)
        {
            WriteText(attachment.Bucket);
            WriteText(attachment.File);
            WriteText(attachment.ShownName);
            WriteNumber(attachment.Line);
        }

        WriteText(entry.Subject ?? "");
        WriteNumber((int?)entry.SendMethod ?? -1);
        WriteNumber((int?)entry.Requirement.Links ?? -1);
        WriteNumber((int?)entry.Requirement.Attachments ?? -1);
        WriteNumber(entry.HoldsBackAttachments ? 1 : 0);
        WriteNumber(entry.Pools.Count);
        foreach (var pool in entry.Pools)
        {
            WriteText(pool.Name);
            WriteNumber(pool.Each);
            WriteNumber(pool.Days);
            WriteTexts(pool.Links);
        }

        WriteBody(MimeBody.Of(entry.Bodies, isOpen: entry.Pools.Count > 0));
    }

    /// <summary>
    /// Writes the whole record into a file; this must be the last call. The file need not be flushed to the disk: if a
    /// crash leaves only a part of it, the checksum reveals that.
    /// </summary>
    public void FinishIn(Stream file)
    {
        WriteNumber((int)Checksum(_record.WrittenSpan));
        file.Write(_record.WrittenSpan);
    }
}
