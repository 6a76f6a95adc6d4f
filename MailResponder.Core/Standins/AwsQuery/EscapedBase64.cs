using System.Buffers.Text;
using System.Security.Cryptography;

namespace MailResponder.Standins.AwsQuery;

/// <summary>Makes bytes base64 that is percent-encoded for a form.</summary>
internal sealed class EscapedBase64 : ICryptoTransform
{
    private byte[] _base64 = [];

    public bool CanReuseTransform => false;

    public bool CanTransformMultipleBlocks => true;

    public int InputBlockSize => 3;

    /// <summary>Four characters, each of which may have to be encoded.</summary>
    public int OutputBlockSize => 4 * 3;

    /// <summary>How many bytes were made.</summary>
    public long Bytes { get; private set; }

    public int TransformBlock(byte[] inputBuffer, int inputOffset, int inputCount, byte[] outputBuffer,
        int outputOffset)
    {
        var most = Base64.GetMaxEncodedToUtf8Length(inputCount);
        if (_base64.Length < most)
            _base64 = new byte[most];
        Base64.EncodeToUtf8(inputBuffer.AsSpan(inputOffset, inputCount), _base64, out _, out var length);
        ReadOnlySpan<byte> rest = _base64.AsSpan(0, length);
        var output = outputBuffer.AsSpan(outputOffset);
        while (rest.IndexOfAny((byte)'+', (byte)'/', (byte)'=') is var at and >= 0)
        {
            rest[..at].CopyTo(output);
            (rest[at] switch { (byte)'+' => "%2B"u8, (byte)'/' => "%2F"u8, _ => "%3D"u8 }).CopyTo(output[at..]);
            rest = rest[(at + 1)..];
            output = output[(at + 3)..];
        }

        rest.CopyTo(output);
        var bytes = outputBuffer.Length - outputOffset - output.Length + rest.Length;
        Bytes += bytes;
        return bytes;
    }

    public byte[] TransformFinalBlock(byte[] inputBuffer, int inputOffset, int inputCount)
    {
        var last = new byte[OutputBlockSize];
        return last[..TransformBlock(inputBuffer, inputOffset, inputCount, last, 0)];
    }

    public void Dispose()
    {
    }
}
