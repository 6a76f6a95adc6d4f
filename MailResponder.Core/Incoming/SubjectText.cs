using System.Text;
using MimeKit;
using MimeKit.Utils;

namespace MailResponder.Incoming;

/// <summary>The Subject of a message, also of one that has bytes in place of encoded words (RFC 2047).</summary>
internal static class SubjectText
{
    private const byte Escape = 0x1B;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>
    /// Bytes that are not ASCII are UTF-8 or in the charset of Content-Type. What is neither, or is in a charset that
    /// nobody knows, is empty: no text is better than a wrong one.
    /// </summary>
    public static string Of(HeaderList headers)
    {
        var index = headers.IndexOf("Subject");
        if (index < 0)
            return "";
        var subject = headers[index];
        var raw = subject.RawValue;
        if (HasUnknownCharset(raw))
            return "";
        // iso-2022-jp and its like are made of ASCII and escapes.
        if (System.Text.Ascii.IsValid(raw) && !raw.AsSpan().Contains(Escape))
            return subject.Value;
        var text = (raw.AsSpan().Contains(Escape) ? null : Decoded(raw, Utf8)) ?? Decoded(raw, CharsetOf(headers));
        return text is null ? "" : Rfc2047.DecodeText(Encoding.UTF8.GetBytes(text)).Trim();
    }

    /// <summary>Null when it is in another charset.</summary>
    private static string? Decoded(byte[] raw, Encoding? encoding)
    {
        try
        {
            var text = encoding?.GetString(raw).ReplaceLineEndings("");
            return text is null || text.AsSpan().ContainsAny('\u001B', '\uFFFD') ? null : text;
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static Encoding? CharsetOf(HeaderList headers) =>
        headers.IndexOf("Content-Type") is >= 0 and var index
            && ContentType.TryParse(headers[index].RawValue, out var type)
            ? Named(type.Charset) : null;

    /// <summary>Null when it is not known, or no charset that has ASCII inside, as a header must.</summary>
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

    /// <summary>Whether an encoded word names a charset that MimeKit would take for Latin-1.</summary>
    private static bool HasUnknownCharset(ReadOnlySpan<byte> raw)
    {
        int start;
        while ((start = raw.IndexOf("=?"u8)) >= 0)
        {
            raw = raw[(start + 2)..];
            var end = raw.IndexOf((byte)'?');
            if (end < 0)
                return false;
            // RFC 2231 puts a language behind an asterisk.
            var name = Encoding.Latin1.GetString(raw[..end]).Split('*')[0];
            if (raw[end..] is [_, (byte)'q' or (byte)'Q' or (byte)'b' or (byte)'B', (byte)'?', ..]
                && Named(name) is null)
            {
                return true;
            }
        }

        return false;
    }
}
