using System.Text;
using MimeKit;

namespace MailResponder.Reply;

/// <summary>
/// The Content-Type of an attachment: MimeKit's type of the extension where files of that kind are harmless, else
/// application/octet-stream, which mail programs save and never open by themselves.
/// </summary>
internal static class AttachmentType
{
    /// <summary>
    /// Extensions of text, pictures, sound, books and archives. None of them is blocked by Gmail ("File types blocked
    /// in Gmail"), Outlook ("Blocked attachments in Outlook") or Amazon SES ("Unsupported attachment types"). Left out:
    /// what a mail program, browser or desktop runs or installs (programs, scripts, HTML, SVG, other XML, Java, disk
    /// images, shortcuts, keys), office documents, which hold macros or formulas, and parts that a mail program treats
    /// as more than a file (messages, calendars, cards, signatures).
    /// </summary>
    private static readonly HashSet<string> HarmlessExtensions = new(StringComparer.OrdinalIgnoreCase)
    {
        ".7z", ".avif", ".bz2", ".epub", ".flac", ".gif", ".gz", ".jpeg", ".jpg", ".m4a", ".mp3", ".mp4", ".ogg",
        ".opus", ".pdf", ".png", ".tar", ".txt", ".webm", ".webp", ".zip",
    };

    /// <param name="shownName">The name that the attachment shows.</param>
    /// <param name="content">Read from its start when the extension is one of text.</param>
    /// <returns>
    /// With <c>charset=utf-8</c> for a text. A text in another encoding is application/octet-stream: without a charset
    /// it would count as US-ASCII (RFC 2046, section 4.1.2), and readers would spoil it.
    /// </returns>
    /// <exception cref="IOException">The content cannot be read.</exception>
    public static ContentType Of(string shownName, Stream content)
    {
        if (!HarmlessExtensions.Contains(Path.GetExtension(shownName)))
            return Unknown();
        var type = ContentType.Parse(MimeTypes.GetMimeType(shownName));
        if (!type.IsMimeType("text", "*"))
            return type;
        if (!IsText(content))
            return Unknown();
        type.Charset = "utf-8";
        return type;
    }

    private static ContentType Unknown() => new("application", "octet-stream");

    /// <summary>Whether it is UTF-8 without NUL. UTF-16 texts and most programs contain NUL.</summary>
    private static bool IsText(Stream content)
    {
        content.Position = 0;
        var strict = new UTF8Encoding(false, throwOnInvalidBytes: true);
        using var reader = new StreamReader(content, strict, false, 1 << 16, leaveOpen: true);
        var text = new char[1 << 14];
        try
        {
            int count;
            while ((count = reader.Read(text)) > 0 && !text.AsSpan(0, count).Contains('\0'))
            {
            }

            return count == 0;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }
}
