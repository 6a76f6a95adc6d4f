namespace MailResponder.Tests.Incoming;

/// <summary>
/// A header block followed by a body of equal bytes, which are not held in memory. Counts how far it was read.
/// </summary>
internal sealed class LargeInput(byte[] start, long length) : Stream
{
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        // A pipe delivers small pieces.
        var read = (int)Math.Min(Math.Min(count, 4096), length - _position);
        for (var i = 0; i < read; i++)
            buffer[offset + i] = _position + i < start.Length ? start[_position + i] : (byte)'x';
        _position += read;
        return read;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
