using MailResponder.Reply;

namespace MailResponder.Delivery;

/// <summary>
/// A reply as the kind of stream that the SDK accepts. WriteTo writes it to another stream without holding all of it in
/// memory. All other ways to read it work too, but load the whole reply into memory.
/// </summary>
internal sealed class ReplyStream(OutgoingReply reply) : MemoryStream
{
    private MemoryStream? _whole;

    public override long Length => reply.WireBytes;

    public override long Position
    {
        get => Whole.Position;
        set => Whole.Position = value;
    }

    private MemoryStream Whole => _whole ??= Rendered();

    public override void WriteTo(Stream stream) => reply.WriteToWire(stream);

    public override byte[] ToArray() => Whole.ToArray();

    public override byte[] GetBuffer() => Whole.GetBuffer();

    public override bool TryGetBuffer(out ArraySegment<byte> buffer) => Whole.TryGetBuffer(out buffer);

    /// <summary>The other overloads for reading and copying call this one.</summary>
    public override int Read(byte[] buffer, int offset, int count) => Whole.Read(buffer, offset, count);

    public override int ReadByte() => Whole.ReadByte();

    public override long Seek(long offset, SeekOrigin loc) => Whole.Seek(offset, loc);

    private MemoryStream Rendered()
    {
        var whole = new MemoryStream((int)reply.WireBytes);
        reply.WriteToWire(whole);
        whole.Position = 0;
        return whole;
    }
}
