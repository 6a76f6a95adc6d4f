using System.Globalization;
using MailResponder.Book;
using MailResponder.Delivery;
using MailResponder.Reply;
using MailResponder.Settings;

namespace MailResponder.Doctor;

/// <summary>Finds entries that would go out without their attachments, too large for their way out.</summary>
/// <param name="files">Where the attachments lie.</param>
/// <param name="postfixLimit">
/// Postfix's message_size_limit in bytes, 0 for no limit; null when sendmail is not Postfix's.
/// </param>
internal sealed class ReplySizeCheck(FilesFolder files, long? postfixLimit)
{
    /// <summary>The header and boundaries.</summary>
    private const int RoomForHeader = 16_384;

    /// <param name="entry">An entry of the book.</param>
    /// <param name="method">Its way out.</param>
    /// <param name="book">The book's file, for the fault.</param>
    /// <returns>Null when it fits, and for the outbox, which takes all.</returns>
    public Fault? Look(ResponseEntry entry, SendMethod method, string book)
    {
        if (method == SendMethod.Outbox)
            return null;
        var encoded = entry.Attachments.Sum(EncodedBytes) + TextBytes(entry);
        var (most, limit, remedy) = Limit(method);
        if (encoded <= most - RoomForHeader)
            return null;
        if (encoded > SendmailSender.MaxMessageBytes - RoomForHeader)
            remedy = "attach less, or link to it";
        return new Fault(book, entry.Line, ResponseEntryReader.Place(entry.Number, "attachments"),
            $"encoded they have {Megabytes(encoded)} MB, and {limit}: the entry would go out without them; {remedy}");
    }

    /// <summary>With the longest links that somebody gets; 0 where the texts have a fault of their own.</summary>
    private static long TextBytes(ResponseEntry entry)
    {
        if (entry.Bodies.Count == 0)
            return 0;
        var body = MimeBody.Of(entry.Bodies, isOpen: entry.Pools.Count > 0);
        return entry.Pools.Count == 0 ? body.Bytes
            : new ReplyBody(MimeBody.Close(body.Frame, entry.With(Longest).Bodies), []).Bytes;
    }

    private static IReadOnlyList<string> Longest(LinkPool pool) =>
        [.. pool.Links.OrderByDescending(link => link.Length).Take(pool.Each)];

    private (long Bytes, string Words, string Remedy) Limit(SendMethod method)
    {
        if (method == SendMethod.Ses)
            return (SesSender.MaxMessageBytes, "Amazon SES takes 10 MB", "use send_method sendmail for it");
        if (postfixLimit is > 0 and < SendmailSender.MaxMessageBytes and { } most)
        {
            return (most, $"Postfix takes {Megabytes(most)} MB (message_size_limit)",
                "run: postconf -e message_size_limit=31457280; then: postfix reload");
        }

        return (SendmailSender.MaxMessageBytes, "large providers take 25 MB", "");
    }

    private static string Megabytes(long bytes) =>
        (bytes / 1024 / 1024.0).ToString("0.0", CultureInfo.InvariantCulture);

    /// <summary>
    /// Size as base64 in lines of 76 characters; 0 for a file that cannot be opened, which is a fault of its own.
    /// </summary>
    private long EncodedBytes(ResponseAttachment attachment)
    {
        try
        {
            using var file = files.Open(attachment);
            return (file.Length + 56) / 57 * 78;
        }
        catch (ResponderException)
        {
            return 0;
        }
    }
}
