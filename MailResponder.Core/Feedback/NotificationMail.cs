using System.Globalization;
using System.Text;
using MailResponder.Incoming;

namespace MailResponder.Feedback;

/// <summary>
/// A mail from Amazon SNS (protocols "email" and "email-json"): one part of text, which begins with the JSON; with
/// "email", SNS's words about unsubscribing follow.
/// </summary>
internal static class NotificationMail
{
    /// <summary>Whether the file begins as a mail does: with a header field, or with an mbox From line.</summary>
    public static bool IsMail(ReadOnlySpan<byte> file)
    {
        if (file.StartsWith("From "u8))
            return true;
        var nameLength = 0;
        while (nameLength < file.Length
            && (char.IsAsciiLetterOrDigit((char)file[nameLength]) || file[nameLength] == (byte)'-'))
            nameLength++;
        return nameLength > 0 && file[nameLength..].StartsWith(":"u8);
    }

    /// <summary>The mails of an mbox, or the one mail that is no mbox; each with its line, counted from 1.</summary>
    /// <returns>Line ends are LF.</returns>
    public static IEnumerable<(int Line, byte[] Mail)> Split(byte[] file)
    {
        file = WithLineFeeds(file);
        var (line, start) = (1, 0);
        while (start < file.Length)
        {
            var next = file.AsSpan(start).IndexOf("\n\nFrom "u8);
            var end = next < 0 ? file.Length : start + next + 2;
            yield return (line, file[start..end]);
            line += file.AsSpan(start, end - start).Count((byte)'\n');
            start = end;
        }
    }

    /// <summary>The JSON text of the mail, or why there is none.</summary>
    /// <param name="mail">With LF as line end.</param>
    /// <param name="problem">Null when there is one.</param>
    public static byte[]? JsonOf(ReadOnlySpan<byte> mail, out string? problem)
    {
        if (mail.StartsWith("From "u8))
            mail = mail[(mail.IndexOf((byte)'\n') + 1)..];
        var end = mail.IndexOf("\n\n"u8);
        var headers = HeaderFields.Of((end < 0 ? mail : mail[..end]).ToArray());
        problem = null;
        if ((headers["Content-Type"] ?? "").TrimStart().StartsWith("multipart/", StringComparison.OrdinalIgnoreCase))
            problem = "is a mail of several parts; SNS sends one part of text, so feed its mail as it came";
        else if (Decoded(end < 0 ? [] : mail[(end + 2)..],
            (headers["Content-Transfer-Encoding"] ?? "").Trim()) is not { } text)
            problem = "is a mail whose base64 is broken; feed it as it came";
        else if (Unfolded(text) is not [(byte)'{', ..] body)
            problem = "is a mail that does not begin with a notification; if SNS asks in it to confirm the "
                + "subscription, open its link by hand";
        else
            return body[..JsonTexts.EndOf(body, 0)];
        return null;
    }

    /// <summary>Null for broken base64.</summary>
    private static byte[]? Decoded(ReadOnlySpan<byte> body, string encoding)
    {
        if (encoding.Equals("quoted-printable", StringComparison.OrdinalIgnoreCase))
            return QuotedPrintable(body);
        if (!encoding.Equals("base64", StringComparison.OrdinalIgnoreCase))
            return body.ToArray();
        try
        {
            return Convert.FromBase64String(Encoding.Latin1.GetString(body));
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>RFC 2045, section 6.7; what is not encoded as it should be stays as it is.</summary>
    private static byte[] QuotedPrintable(ReadOnlySpan<byte> body)
    {
        var decoded = new List<byte>(body.Length);
        for (var i = 0; i < body.Length; i++)
        {
            if (body[i] != (byte)'=')
            {
                decoded.Add(body[i]);
            }
            else if (i + 1 < body.Length && body[i + 1] == (byte)'\n')
            {
                i++;
            }
            else if (i + 2 < body.Length && byte.TryParse(
                body.Slice(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            {
                decoded.Add(value);
                i += 2;
            }
            else
            {
                decoded.Add(body[i]);
            }
        }

        return [.. decoded];
    }

    /// <summary>
    /// A notification is one line, longer than SMTP allows (RFC 5321, section 4.5.3.1.6), and mail systems break it
    /// with a line end and one space. JSON means the same without them wherever they stand.
    /// </summary>
    private static byte[] Unfolded(byte[] text) =>
        Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(WithLineFeeds(text))
            .Replace("\n ", "", StringComparison.Ordinal).TrimStart(' ', '\t', '\n'));

    private static byte[] WithLineFeeds(byte[] text) =>
        Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(text).Replace("\r\n", "\n", StringComparison.Ordinal));
}
