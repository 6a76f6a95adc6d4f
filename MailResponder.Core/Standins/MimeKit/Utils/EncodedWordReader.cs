using System.Buffers;
using System.Text;

namespace MimeKit.Utils;

/// <summary>
/// Decodes a text that may hold encoded words. Bytes of neighbouring words of one charset are joined before
/// decoding, because many senders cut characters in two.
/// </summary>
sealed class EncodedWordReader(string text)
{
    const int MaxCharset = 80;

    readonly StringBuilder _output = new(text.Length);
    readonly ArrayBufferWriter<byte> _bytes = new();
    string? _charset;
    int _terminator = -1;

    internal string Read()
    {
        var done = 0;
        for (var at = Find("=?", 0); at >= 0;)
        {
            if (!TryReadFrame(at, out var charset, out var isBase64, out var payload, out var end))
            {
                at = Find("=?", at + 2);
                continue;
            }
            var between = text.AsSpan(done, at - done);
            if (_charset is null || !between.IsWhiteSpace())
            {
                Flush();
                _output.Append(between);
            }
            if (!string.Equals(_charset, charset, StringComparison.OrdinalIgnoreCase))
                Flush();
            _charset = charset;
            if (isBase64)
                AddBase64(payload);
            else
                AddQuoted(payload);
            done = end;
            at = Find("=?", end);
        }
        Flush();
        return _output.Append(text, done, text.Length - done).ToString();
    }

    int Find(string mark, int from) => text.IndexOf(mark, from, StringComparison.Ordinal);

    bool TryReadFrame(int at, out string charset, out bool isBase64, out ReadOnlySpan<char> payload, out int end)
    {
        charset = "";
        isBase64 = false;
        payload = default;
        end = 0;
        var name = text.AsSpan(at + 2);
        var length = name[..Math.Min(name.Length, MaxCharset)].IndexOf('?');
        if (length <= 0 || name.Length < length + 3 || name[length + 2] != '?')
            return false;
        var kind = char.ToUpperInvariant(name[length + 1]);
        var start = at + 2 + length + 3;
        // The terminator is looked up once for all words before it, or hostile text would cost its square.
        if (_terminator < start)
            _terminator = Find("?=", start) is var found and >= 0 ? found : int.MaxValue;
        if (_terminator == int.MaxValue || kind is not ('B' or 'Q'))
            return false;
        payload = text.AsSpan(start, _terminator - start);
        isBase64 = kind == 'B';
        end = _terminator + 2;
        name = name[..length];
        // RFC 2231 5: charset*language.
        charset = (name.IndexOf('*') is var star and >= 0 ? name[..star] : name).ToString();
        return payload.IndexOf("=?") < 0 && !name.ContainsAnyExceptInRange('!', '~')
            && (!isBase64 || IsBase64(payload));
    }

    void Flush()
    {
        if (_charset is not null)
            _output.Append(Charsets.Decode(_bytes.WrittenSpan, _charset));
        _bytes.ResetWrittenCount();
        _charset = null;
    }

    static bool IsBase64(ReadOnlySpan<char> payload)
    {
        foreach (var c in payload)
            if (Sextet(c) < 0 && c is not ('=' or ' ' or '\t' or '\r' or '\n'))
                return false;
        return true;
    }

    static int Sextet(char c) => c switch
    {
        >= 'A' and <= 'Z' => c - 'A',
        >= 'a' and <= 'z' => c - 'a' + 26,
        >= '0' and <= '9' => c - '0' + 52,
        '+' => 62,
        '/' => 63,
        _ => -1,
    };

    void AddBase64(ReadOnlySpan<char> payload)
    {
        var target = _bytes.GetSpan(payload.Length + 1);
        var written = 0;
        var bits = 0;
        var value = 0;
        foreach (var c in payload)
        {
            var sextet = Sextet(c);
            if (sextet < 0)
                continue;
            value = (value << 6 | sextet) & 0xffff;
            bits += 6;
            if (bits < 8)
                continue;
            bits -= 8;
            target[written++] = (byte)(value >> bits);
        }
        _bytes.Advance(written);
    }

    void AddQuoted(ReadOnlySpan<char> payload)
    {
        var target = _bytes.GetSpan(payload.Length * 3 + 4);
        var written = 0;
        for (var i = 0; i < payload.Length; i++)
        {
            var c = payload[i];
            if (c == '=' && i + 2 < payload.Length
                && char.IsAsciiHexDigit(payload[i + 1]) && char.IsAsciiHexDigit(payload[i + 2]))
            {
                target[written++] = (byte)(HexDigit(payload[i + 1]) << 4 | HexDigit(payload[i + 2]));
                i += 2;
            }
            else if (c < 128)
                target[written++] = c == '_' ? (byte)' ' : (byte)c;
            else
            {
                Rune.DecodeFromUtf16(payload[i..], out var rune, out var consumed);
                written += rune.EncodeToUtf8(target[written..]);
                i += consumed - 1;
            }
        }
        _bytes.Advance(written);
    }

    static int HexDigit(char c) => char.IsAsciiDigit(c) ? c - '0' : (c | 0x20) - 'a' + 10;
}
