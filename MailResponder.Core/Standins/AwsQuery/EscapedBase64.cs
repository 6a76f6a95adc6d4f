using System.Buffers.Text;
using MailResponder.Files;

namespace MailResponder.Standins.AwsQuery;

/// <summary>
/// Converts bytes to base64 that is percent-encoded for a form. The last ones are written when it is disposed.
/// </summary>
/// <param name="output">Receives the converted bytes.</param>
/// <param name="most">
/// The number of characters to escape, if it is known. After the last one, the search for more stops.
/// </param>
internal sealed class EscapedBase64(EscapedBase64.Output output, long most = long.MaxValue) : WriteOnlyStream
{
    private const int GroupBytes = 3;

    /// <summary>
    /// The number of bytes written at a time: what SslStream puts into one record (16,354 at most), in whole base64
    /// groups.
    /// </summary>
    private const int RecordBytes = 16_352;

    private readonly byte[] _base64 = new byte[RecordBytes];
    private readonly byte[] _group = new byte[GroupBytes];
    private int _grouped;

    public delegate void Output(ReadOnlySpan<byte> bytes);

    /// <summary>The number of characters that were escaped, without the padding.</summary>
    public long Escaped { get; private set; }

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

        const int atOnce = RecordBytes / 4 * GroupBytes;
        while (buffer.Length >= GroupBytes)
        {
            var some = Math.Min(buffer.Length / GroupBytes * GroupBytes, atOnce);
            Encode(buffer[..some]);
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

    private void Encode(ReadOnlySpan<byte> bytes)
    {
        Base64.EncodeToUtf8(bytes, _base64, out _, out var length);
        ReadOnlySpan<byte> base64 = _base64.AsSpan(0, length);
        while (Escaped < most && base64.IndexOfAny((byte)'+', (byte)'/') is var at and >= 0)
        {
            output(base64[..at]);
            output(base64[at] == '+' ? "%2B"u8 : "%2F"u8);
            base64 = base64[(at + 1)..];
            Escaped++;
        }

        // Only the last group is padded.
        var padding = bytes.Length < GroupBytes ? GroupBytes - bytes.Length : 0;
        output(base64[..^padding]);
        for (; padding > 0; padding--)
            output("%3D"u8);
    }
}
