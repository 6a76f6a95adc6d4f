using System.Buffers.Text;

namespace MimeKit;

/// <summary>Writes base64 in lines of 76 characters (RFC 2045 6.8), the last one ended too.</summary>
sealed class Base64Filter(Stream target, bool usesCrLf) : OutputFilter
{
    const int LineBytes = 57;
    const int Lines = 64;

    readonly byte[] _pending = new byte[LineBytes * Lines];
    readonly byte[] _encoded = new byte[78 * Lines];
    int _count;

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var taken = Math.Min(buffer.Length, _pending.Length - _count);
            buffer[..taken].CopyTo(_pending.AsSpan(_count));
            _count += taken;
            buffer = buffer[taken..];
            if (_count == _pending.Length)
                Encode();
        }
    }

    internal override void Complete() => Encode();

    void Encode()
    {
        var length = 0;
        for (var rest = _pending.AsSpan(0, _count); !rest.IsEmpty;)
        {
            var line = rest[..Math.Min(LineBytes, rest.Length)];
            rest = rest[line.Length..];
            Base64.EncodeToUtf8(line, _encoded.AsSpan(length), out _, out var written);
            length += written;
            if (usesCrLf)
                _encoded[length++] = (byte)'\r';
            _encoded[length++] = (byte)'\n';
        }
        target.Write(_encoded, 0, length);
        _count = 0;
    }
}
