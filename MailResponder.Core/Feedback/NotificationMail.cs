using System.Buffers;
using System.Text;
using MimeKit;
using MimeKit.Utils;

namespace MailResponder.Feedback;

/// <summary>
/// A mail from Amazon SNS (protocols "email" and "email-json"). It has one text part, which begins with the JSON. With
/// "email", SNS's text about unsubscribing follows.
/// </summary>
internal static class NotificationMail
{
    private static readonly SearchValues<byte> InFieldName =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-"u8);

    /// <summary>Whether the file begins like a mail: with a header field, or with an mbox From line.</summary>
    public static bool IsMail(ReadOnlySpan<byte> file) => file.StartsWith("From "u8)
        || (file.IndexOfAnyExcept(InFieldName) is > 0 and var end && file[end] == (byte)':');

    /// <summary>Reads the mails of an mbox, or the single mail if the file is not an mbox.</summary>
    /// <param name="file">The whole file.</param>
    /// <returns>For each mail, its line, counted from 1, and its JSON text or why there is none.</returns>
    public static IEnumerable<(int Line, byte[]? Json, string? Problem)> Texts(byte[] file)
    {
        const string between = "\n\nFrom ";
        var line = 1;
        // Each mail is parsed separately, so that a broken mail does not affect the others.
        foreach (var (number, text) in WithLineFeeds(file).Split(between).Index())
        {
            var isMbox = number > 0 || text.StartsWith("From ", StringComparison.Ordinal);
            var mail = isMbox ? text[(text.IndexOf('\n', StringComparison.Ordinal) + 1)..] : text;
            var json = JsonOf(Encoding.Latin1.GetBytes(mail), out var problem);
            yield return (line, json, problem);
            line += text.Count('\n') + between.Count('\n');
        }
    }

    private static byte[]? JsonOf(byte[] mail, out string? problem)
    {
        problem = "is a mail that does not begin with a notification; if SNS asks in it to confirm the subscription, "
            + "open its link yourself";
        var headerLength = mail.AsSpan().IndexOf("\n\n"u8) + 2;
        if (headerLength < 2)
            return null;
        try
        {
            using var header = new MemoryStream(mail, 0, headerLength);
            var fields = HeaderList.Load(header);
            // Do not parse the parts: a stranger's mail may have a million, which take a gigabyte of memory.
            if (ContentType.TryParse(fields[HeaderId.ContentType] ?? "", out var type)
                && type.IsMimeType("multipart", "*"))
            {
                problem = "is a mail of several parts; SNS sends a single text part, so feed the mail unchanged";
                return null;
            }

            _ = MimeUtils.TryParse(fields[HeaderId.ContentTransferEncoding] ?? "", out ContentEncoding encoding);
            using var rest = new MemoryStream(mail, headerLength, mail.Length - headerLength);
            using var body = new MimeContent(rest, encoding);
            using var content = new MemoryStream();
            body.DecodeTo(content);
            if (Unfolded(content.ToArray()) is not [(byte)'{', ..] text)
                return null;
            problem = null;
            return text[..JsonTexts.EndOf(text, 0)];
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>
    /// Undoes the folding of a notification. It is one line, longer than SMTP allows (RFC 5321, section 4.5.3.1.6), so
    /// mail systems break it with a line end and one space. Removing these never changes what the JSON means.
    /// </summary>
    private static byte[] Unfolded(byte[] text) => Encoding.Latin1.GetBytes(
        WithLineFeeds(text).Replace("\n ", "", StringComparison.Ordinal).TrimStart(' ', '\t', '\n'));

    private static string WithLineFeeds(byte[] text) =>
        Encoding.Latin1.GetString(text).Replace("\r\n", "\n", StringComparison.Ordinal);
}
