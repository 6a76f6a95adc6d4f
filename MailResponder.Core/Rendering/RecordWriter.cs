using System.Text;
using MailResponder.Reply;

namespace MailResponder.Rendering;

/// <summary>Collects a record of the rendered book; its last four bytes are its checksum.</summary>
internal sealed class RecordWriter() : BinaryWriter(new MemoryStream())
{
    public void WriteBlock(ReadOnlySpan<byte> bytes)
    {
        Write(bytes.Length);
        Write(bytes);
    }

    public void WriteText(string text) => WriteBlock(Encoding.UTF8.GetBytes(text));

    public void WriteIdentity(FileIdentity identity)
    {
        Write(identity.Device);
        Write(identity.Inode);
        Write(identity.Owner);
        Write(identity.Bytes);
        Write(identity.Modified);
        Write(identity.Changed);
    }

    public void WriteFrame(BodyFrame frame)
    {
        WriteBlock(frame.Fields);
        Write(frame.Texts.Count);
        foreach (var text in frame.Texts)
            WriteBlock(text);
    }

    /// <summary>The whole record; nothing may follow.</summary>
    public byte[] Finish()
    {
        var record = (MemoryStream)BaseStream;
        Write(Checksum.Of(record.GetBuffer().AsSpan(0, (int)record.Length)));
        return record.ToArray();
    }
}
