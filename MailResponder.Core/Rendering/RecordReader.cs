using System.Text;
using MailResponder.Native;
using MailResponder.Reply;

namespace MailResponder.Rendering;

/// <summary>
/// Reads what a <see cref="RecordWriter"/> wrote. A length or count that the record has no bytes for is an
/// <see cref="InvalidDataException"/>, before any memory is taken for it.
/// </summary>
internal sealed class RecordReader : BinaryReader
{
    /// <exception cref="InvalidDataException">The record is damaged.</exception>
    public RecordReader(byte[] record) : base(new MemoryStream(record, 0, Math.Max(0, record.Length - sizeof(uint))))
    {
        if (record.Length < sizeof(uint) || BitConverter.ToUInt32(record, record.Length - sizeof(uint)) != Checksum.Of(record.AsSpan(..^sizeof(uint))))
            throw new InvalidDataException();
    }

    /// <summary>How many things follow.</summary>
    /// <param name="leastBytes">What one of them takes at least.</param>
    public int ReadCount(int leastBytes)
    {
        var count = ReadInt32();
        return count >= 0 && count <= (BaseStream.Length - BaseStream.Position) / leastBytes ? count : throw new InvalidDataException();
    }

    public byte[] ReadBlock() => ReadBytes(ReadCount(leastBytes: 1));

    public byte[] ReadHash() =>
        ReadBytes(Sha256.HashBytes) is { Length: Sha256.HashBytes } hash ? hash : throw new InvalidDataException();

    public string ReadText() => Encoding.UTF8.GetString(ReadBlock());

    public FileIdentity ReadIdentity() => new(ReadInt64(), ReadInt64(), ReadUInt32(), ReadInt64(), ReadInt64(), ReadInt64());

    /// <param name="attachments">How many the body has.</param>
    public BodyFrame ReadFrame(int attachments)
    {
        var fields = ReadBlock();
        if (ReadCount(leastBytes: sizeof(int)) != attachments + 1)
            throw new InvalidDataException();
        var texts = new byte[attachments + 1][];
        for (var i = 0; i < texts.Length; i++)
            texts[i] = ReadBlock();
        return new BodyFrame(fields, texts);
    }
}
