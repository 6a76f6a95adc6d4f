using System.Buffers.Binary;
using System.Text;
using MailResponder.Book;
using MailResponder.Native;
using MailResponder.Settings;

namespace MailResponder.Reply.Rendered;

/// <summary>
/// Reads what a <see cref="RecordWriter"/> wrote. If a length or count exceeds the rest of the record, throws an
/// <see cref="IOException"/> before it allocates any memory.
/// </summary>
internal sealed class RecordReader
{
    private readonly byte[] _record;
    private readonly int _end;
    private int _at;

    /// <exception cref="IOException">The record is damaged.</exception>
    public RecordReader(byte[] record)
    {
        _record = record;
        _end = record.Length - sizeof(uint);
        if (_end < 0 || BinaryPrimitives.ReadUInt32LittleEndian(record.AsSpan(_end))
            != RecordWriter.Checksum(record.AsSpan(0, _end)))
        {
            throw Damaged();
        }
    }

    public int ReadNumber() => BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)));

    /// <summary>Reads how many items follow. Each takes at least one byte.</summary>
    public int ReadCount() => ReadNumber() is var count && count >= 0 && count <= _end - _at ? count : throw Damaged();

    public string ReadText() => Encoding.UTF8.GetString(Take(ReadNumber()));

    public string[] ReadTexts()
    {
        var texts = new string[ReadCount()];
        for (var i = 0; i < texts.Length; i++)
            texts[i] = ReadText();
        return texts;
    }

    /// <summary>Reads a body.</summary>
    /// <param name="attachments">The attachments of the body, in order.</param>
    /// <param name="open">The number of texts for which the frame is open.</param>
    public ReplyBody ReadBody(IReadOnlyList<AttachedFile> attachments, int open = 0)
    {
        var fields = ReadBlock();
        var texts = new byte[open + attachments.Count + 1][];
        for (var i = 0; i < texts.Length; i++)
            texts[i] = ReadBlock();
        return new ReplyBody(new BodyFrame(fields, texts), attachments, Take(Sha256.HashBytes).ToArray());
    }

    public RenderedEntry ReadEntry(string address)
    {
        var (number, line) = (ReadNumber(), ReadNumber());
        var bodies = new ResponseBody[ReadCount()];
        for (var i = 0; i < bodies.Length; i++)
            bodies[i] = new ResponseBody(ReadText(), ReadText());
        var attachments = new ResponseAttachment[ReadCount()];
        for (var i = 0; i < attachments.Length; i++)
            attachments[i] = new ResponseAttachment(ReadText(), ReadText(), ReadText(), ReadNumber());
        var subject = ReadText() is { Length: > 0 } text ? text : null;
        var entry = new ResponseEntry(number, line, address, bodies, attachments, (SendMethod?)ReadChoice(), subject)
        {
            Requirement = new((Proof?)ReadChoice(), (Proof?)ReadChoice()),
            HoldsBackAttachments = ReadNumber() != 0,
            Pools = ReadPools(),
        };
        return new RenderedEntry(entry, ReadBody([], entry.Pools.Count > 0 ? bodies.Length : 0));
    }

    private LinkPool[] ReadPools()
    {
        var pools = new LinkPool[ReadCount()];
        for (var i = 0; i < pools.Length; i++)
        {
            var (name, each, days, links) = (ReadText(), ReadNumber(), ReadNumber(), ReadTexts());
            pools[i] = each > 0 && each <= links.Length && days > 0 ? new LinkPool(name, links, each, days)
                : throw Damaged();
        }

        return pools;
    }

    private byte[] ReadBlock() => Take(ReadNumber()).ToArray();

    private int? ReadChoice() => ReadNumber() is >= 0 and var choice ? choice : null;

    private ReadOnlySpan<byte> Take(int count) =>
        count >= 0 && count <= _end - _at ? _record.AsSpan((_at += count) - count, count) : throw Damaged();

    private static IOException Damaged() => new("damaged");
}
