using System.Buffers.Text;
using MailResponder.Files;

namespace MailResponder.Standins.AwsQuery;

/// <summary>
/// Writes bytes as base64 that is percent-encoded for a form; to be disposed, which leaves the target open.
/// </summary>
internal sealed class EscapedBase64(Stream target) : WriteOnlyStream
{
    private const int GroupBytes = 3;

    /// <summary>
    /// Bytes written at a time: what SslStream puts into one record (16,354 at most), in whole groups of base64.
    /// </summary>
    private const int RecordBytes = 16_352;

    private readonly byte[] _base64 = new byte[RecordBytes];
    private readonly byte[] _group = new byte[GroupBytes];
    private int _grouped;

    public override void Write(ReadOnlySpan<byte> buffer) => Write(buffer, isBase64: false);

    /// <summary>
    /// Base64 of base64 holds no "+" nor "/": those take the bits of a "&gt;", "?", "~" or DEL.
    /// </summary>
    public override void WriteBase64(ReadOnlySpan<byte> lines) => Write(lines, isBase64: true);

    private void Write(ReadOnlySpan<byte> buffer, bool isBase64)
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

        var most = _base64.Length / 4 * GroupBytes;
        while (buffer.Length >= GroupBytes)
        {
            var some = Math.Min(buffer.Length / GroupBytes * GroupBytes, most);
            Encode(buffer[..some], isBase64);
            buffer = buffer[some..];
        }

        if (buffer.IsEmpty)
            return;
        buffer.CopyTo(_group);
        _grouped = buffer.Length;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && _grouped > 0)
        {
            Encode(_group.AsSpan(0, _grouped));
            _grouped = 0;
        }

        base.Dispose(disposing);
    }

    private void Encode(ReadOnlySpan<byte> bytes, bool isBase64 = false)
    {
        Base64.EncodeToUtf8(bytes, _base64, out _, out var length);
        ReadOnlySpan<byte> base64 = _base64.AsSpan(0, length);
        while (!isBase64 && base64.IndexOfAny((byte)'+', (byte)'/', (byte)'=') is var at and >= 0)
        {
            target.Write(base64[..at]);
            target.Write(base64[at] switch { (byte)'+' => "%2B"u8, (byte)'/' => "%2F"u8, _ => "%3D"u8 });
            base64 = base64[(at + 1)..];
        }

        target.Write(base64);
    }
}
