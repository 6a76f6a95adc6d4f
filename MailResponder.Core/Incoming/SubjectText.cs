using System.Text;
using MimeKit;
using MimeKit.Encodings;
using MimeKit.Utils;

namespace MailResponder.Incoming;

/// <summary>Reads the Subject of a message, even if it has raw bytes instead of encoded words (RFC 2047).</summary>
internal static class SubjectText
{
    private const byte Escape = 0x1B;

    /// <summary>The name of RFC 1428 for text in a charset that nobody knows.</summary>
    private const string UnknownCharset = "unknown-8bit";

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>
    /// Returns the decoded subject. Bytes beyond ASCII are read as UTF-8 or, if they are not UTF-8, in the charset of
    /// Content-Type. The subject is empty if neither fits or the charset is unknown: no text is better than a wrong
    /// one.
    /// </summary>
    public static string Of(HeaderList headers)
    {
        var index = headers.IndexOf("Subject");
        if (index < 0)
            return "";
        var raw = headers[index].RawValue;
        if (!EncodedWordsAreText(raw))
            return "";
        // Text in charsets like iso-2022-jp consists of ASCII and escape sequences.
        var hasEscape = raw.AsSpan().Contains(Escape);
        if (System.Text.Ascii.IsValid(raw) && !hasEscape)
            return WithoutDoubt(headers[index].Value);
        var text = hasEscape ? null : Decoded(raw, Utf8);
        if (text is null && !IsCutUtf8(raw))
            text = Decoded(raw, CharsetOf(headers));
        return text is null ? "" : WithoutDoubt(Rfc2047.DecodeText(Encoding.UTF8.GetBytes(text)).Trim());
    }

    /// <summary>Returns the text; null if the bytes are not valid in the encoding, or the encoding is null.</summary>
    private static string? Decoded(ReadOnlySpan<byte> bytes, Encoding? encoding)
    {
        try
        {
            var text = encoding?.GetString(bytes).ReplaceLineEndings("");
            // Some of .NET's encodings write question marks despite the exception fallback.
            return text?.Count(c => c == '?') > bytes.Count((byte)'?') ? null : text;
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>
    /// Returns the text, or an empty one if it contains what decoders leave in place of invalid bytes: replacement
    /// characters, escape characters and, in .NET, private-use characters.
    /// </summary>
    private static string WithoutDoubt(string text) =>
        text.AsSpan().ContainsAnyInRange('\uE000', '\uF8FF')
            || text.AsSpan().ContainsAny('\u001B', '\uFFFD') ? "" : text;

    /// <summary>
    /// Whether the bytes are UTF-8 text whose last character is cut off. Read in another charset, they would give a
    /// different text.
    /// </summary>
    private static bool IsCutUtf8(ReadOnlySpan<byte> raw)
    {
        raw = raw.TrimEnd(" \r\n"u8);
        for (var cut = 1; cut <= 3 && cut < raw.Length; cut++)
        {
            if (!System.Text.Ascii.IsValid(raw[..^cut]) && Decoded(raw[..^cut], Utf8) is not null)
                return true;
        }

        return false;
    }

    private static Encoding? CharsetOf(HeaderList headers) =>
        headers.IndexOf("Content-Type") is >= 0 and var index
            && ContentType.TryParse(headers[index].RawValue, out var type)
            ? Named(type.Charset) : null;

    /// <summary>
    /// Returns the encoding of a charset; null if it is unknown, or no superset of ASCII, which a header needs.
    /// </summary>
    private static Encoding? Named(string? charset)
    {
        if (string.IsNullOrEmpty(charset))
            return null;
        try
        {
            var encoding =
                Encoding.GetEncoding(charset, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
            return encoding.GetString("Re: a"u8) == "Re: a" ? encoding : null;
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>
    /// Whether each run of encoded words in the same charset is valid text. A character may be split between two words.
    /// </summary>
    private static bool EncodedWordsAreText(ReadOnlySpan<byte> raw)
    {
        var (run, charset) = (new List<byte>(), "");
        int start;
        while ((start = raw.IndexOf("=?"u8)) >= 0)
        {
            var between = raw[..start];
            raw = raw[(start + 2)..];
            if (!TryReadWord(ref raw, out var name, out var content))
                continue;
            if (!name.Equals(charset, StringComparison.OrdinalIgnoreCase) || between.ContainsAnyExcept(" \t\r\n"u8))
            {
                if (!IsText(run, charset))
                    return false;
                run.Clear();
                charset = name;
            }

            run.AddRange(content);
        }

        return IsText(run, charset);
    }

    private static bool IsText(List<byte> bytes, string charset) =>
        charset.Length == 0 || (Named(charset) is { } encoding && Decoded([.. bytes], encoding) is { } text
            && WithoutDoubt(text).Length == text.Length);

    /// <summary>Reads an encoded word from its third character on (RFC 2047, section 2), and moves past it.</summary>
    private static bool TryReadWord(ref ReadOnlySpan<byte> raw, out string charset, out ReadOnlySpan<byte> content)
    {
        charset = "";
        content = default;
        var end = raw.IndexOf((byte)'?');
        if (end < 0 || raw[end..] is not [_, var kind, (byte)'?', ..])
            return false;
        IMimeDecoder? decoder = kind switch
        {
            (byte)'q' or (byte)'Q' => new QuotedPrintableDecoder(rfc2047: true),
            (byte)'b' or (byte)'B' => new Base64Decoder(),
            _ => null,
        };
        var encoded = raw[(end + 3)..];
        var length = encoded.IndexOf("?="u8);
        if (decoder is null || length < 0)
            return false;
        // RFC 2231 puts a language after an asterisk.
        charset = Encoding.Latin1.GetString(raw[..end]).Split('*')[0];
        // MimeKit does not decode words whose charset is empty or has a dot or colon (RFC 2047, section 2), and drops
        // the last letters of base64 without padding (RFC 2045, section 6.8).
        if (charset.Length == 0 || charset.AsSpan().ContainsAny('.', ':')
            || (decoder is Base64Decoder && !IsWholeBase64(encoded[..length])))
        {
            charset = UnknownCharset;
        }

        var output = new byte[decoder.EstimateOutputLength(length)];
        content = output.AsSpan(0, decoder.Decode(encoded[..length].ToArray(), 0, length, output));
        raw = encoded[(length + 2)..];
        return true;
    }

    /// <summary>Whether padding follows an incomplete group of four letters. Other characters do not count.</summary>
    private static bool IsWholeBase64(ReadOnlySpan<byte> text)
    {
        var letters = 0;
        foreach (var c in text)
            letters += char.IsAsciiLetterOrDigit((char)c) || c is (byte)'+' or (byte)'/' ? 1 : 0;
        return letters % 4 == 0 || (letters % 4 > 1 && text.Contains((byte)'='));
    }
}
