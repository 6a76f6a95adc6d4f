using System.Buffers;
using MailResponder.Files;

namespace MailResponder.Reply;

/// <summary>
/// Writes lines that end in LF with the line ends of SMTP, CRLF. The caller flushes and disposes it; the target stays
/// open.
/// </summary>
internal sealed class WireLineEnds(Stream target) : WriteOnlyStream
{
    private const int LineEndBytes = 2;
    private const int Base64LineBytes = 76 + 1;

    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(1 << 16);
    private int _count;

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var end = buffer.IndexOf((byte)'\n');
            var line = end < 0 ? buffer : buffer[..end];
            if (line.Length + LineEndBytes > _buffer.Length - _count)
                MakeRoom(ref line);
            line.CopyTo(_buffer.AsSpan(_count));
            _count += line.Length;
            if (end < 0)
                return;
            _buffer[_count++] = (byte)'\r';
            _buffer[_count++] = (byte)'\n';
            buffer = buffer[(end + 1)..];
        }
    }

    /// <summary>
    /// Does the same as Write in less time, for whole lines of base64: 76 characters and LF. The last line may be
    /// shorter.
    /// </summary>
    public void WriteBase64(ReadOnlySpan<byte> lines)
    {
        while (!lines.IsEmpty)
        {
            var line = lines[..Math.Min(Base64LineBytes, lines.Length)];
            if (line.Length + 1 > _buffer.Length - _count)
                Flush();
            line.CopyTo(_buffer.AsSpan(_count));
            _count += line.Length + 1;
            _buffer[_count - 2] = (byte)'\r';
            _buffer[_count - 1] = (byte)'\n';
            lines = lines[line.Length..];
        }
    }

    public override void Flush()
    {
        target.Write(_buffer, 0, _count);
        _count = 0;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            ArrayPool<byte>.Shared.Return(_buffer);
        base.Dispose(disposing);
    }

    /// <summary>
    /// Makes room for the line and its end. A line that is longer than the buffer is written directly.
    /// </summary>
    private void MakeRoom(ref ReadOnlySpan<byte> line)
    {
        Flush();
        if (line.Length + LineEndBytes <= _buffer.Length)
            return;
        target.Write(line);
        line = [];
    }
}
