using System.Buffers.Text;

namespace MailResponder.Standins.AwsQuery;

/// <summary>
/// Takes bytes, and hands them on as base64 that is percent-encoded for a form; the last ones when it is disposed.
/// </summary>
internal sealed class EscapedBase64(EscapedBase64.Output output) : Stream
{
    private const int GroupBytes = 3;

    /// <summary>
    /// Bytes handed on at a time: what SslStream puts into one record (16,354 at most), in whole groups of base64.
    /// </summary>
    private const int RecordBytes = 16_352;

    private readonly byte[] _base64 = new byte[RecordBytes];
    private readonly byte[] _group = new byte[GroupBytes];
    private int _grouped;

    public delegate void Output(ReadOnlySpan<byte> bytes);

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (_grouped > 0 && !buffer.IsEmpty)
        {
            _group[_grouped++] = buffer[0];
            buffer = buffer[1..];
            if (_grouped < GroupBytes)
                continue;
            Encode(_group);
            _grouped = 0;
        }

        const int most = RecordBytes / 4 * GroupBytes;
        while (buffer.Length >= GroupBytes)
        {
            var some = Math.Min(buffer.Length / GroupBytes * GroupBytes, most);
            Encode(buffer[..some]);
            buffer = buffer[some..];
        }

        if (buffer.IsEmpty)
            return;
        buffer.CopyTo(_group);
        _grouped = buffer.Length;
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && _grouped > 0)
        {
            Encode(_group.AsSpan(0, _grouped));
            _grouped = 0;
        }

        base.Dispose(disposing);
    }

    private void Encode(ReadOnlySpan<byte> bytes)
    {
        Base64.EncodeToUtf8(bytes, _base64, out _, out var length);
        ReadOnlySpan<byte> base64 = _base64.AsSpan(0, length);
        while (base64.IndexOfAny((byte)'+', (byte)'/', (byte)'=') is var at and >= 0)
        {
            output(base64[..at]);
            output(base64[at] switch { (byte)'+' => "%2B"u8, (byte)'/' => "%2F"u8, _ => "%3D"u8 });
            base64 = base64[(at + 1)..];
        }

        output(base64);
    }
}
