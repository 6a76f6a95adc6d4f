using System.Text;
using MimeKit;

namespace MailResponder.Reply;

/// <summary>
/// Chooses the Content-Type of an attachment. If files with its extension are harmless, this is MimeKit's type for the
/// extension. Otherwise it is application/octet-stream, which mail programs save and never open by themselves.
/// </summary>
internal static class AttachmentType
{
    /// <summary>
    /// Extensions of text, pictures, sound, video, books and archives. None of them is blocked by Gmail ("File types
    /// blocked in Gmail"), Outlook ("Blocked attachments in Outlook") or Amazon SES ("Unsupported attachment types").
    /// Three kinds of files are left out: those that a mail program, browser or desktop runs or installs (programs,
    /// scripts, HTML, SVG, other XML, Java, disk images, shortcuts, keys); office documents, because they can hold
    /// macros or formulas; and those that a mail program treats as more than a file (messages, calendars, cards,
    /// signatures).
    /// </summary>
    private static readonly HashSet<string> HarmlessExtensions = new(StringComparer.OrdinalIgnoreCase)
    {
        ".7z", ".avif", ".bz2", ".epub", ".flac", ".gif", ".gz", ".jpeg", ".jpg", ".m4a", ".mp3", ".mp4", ".ogg",
        ".opus", ".pdf", ".png", ".tar", ".txt", ".webm", ".webp", ".zip",
    };

    /// <summary>Returns the type of an attachment.</summary>
    /// <param name="shownName">The name that the attachment shows.</param>
    /// <param name="content">The attachment. It is read from its start if the extension is one of text.</param>
    /// <returns>
    /// The type; for text, it has <c>charset=utf-8</c>. Text in another encoding gets application/octet-stream: without
    /// a charset it would count as US-ASCII (RFC 2046, section 4.1.2), and mail programs would garble it.
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

    /// <summary>Whether the content is UTF-8 without NUL. UTF-16 text and most programs contain NUL.</summary>
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
