using System.Buffers;
using System.Globalization;

namespace MailResponder.PostfixLog;

/// <summary>Parses the log texts in which Postfix's daemons report about a message.</summary>
internal static class PostfixText
{
    private const int MinQueueIdLength = 5;
    private const int MaxQueueIdLength = 32;
    private static readonly SearchValues<char> ShortIdCharacters = SearchValues.Create("0123456789ABCDEF");
    private static readonly SearchValues<char> LongIdCharacters =
        SearchValues.Create("0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz");
    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("0123456789abcdef");

    /// <summary>
    /// Removes "QUEUEID: " from the beginning of the text. A queue id is upper case hexadecimal digits or, with
    /// enable_long_queue_ids, digits and letters except vowels (postconf(5)). So a word like "warning" is never one.
    /// </summary>
    /// <returns>False if the text does not begin with a queue id.</returns>
    public static bool TryQueueId(ref ReadOnlySpan<char> text, out string id)
    {
        id = "";
        var mark = text.IndexOf(": ");
        if (mark < 0 || !IsQueueId(text[..mark]))
            return false;
        id = text[..mark].ToString();
        text = text[(mark + 2)..];
        return true;
    }

    public static bool IsQueueId(ReadOnlySpan<char> word)
    {
        if (word.Length is < MinQueueIdLength or > MaxQueueIdLength)
            return false;
        return !word.ContainsAnyExcept(ShortIdCharacters)
            || (word.Contains('z') && !word.ContainsAnyExcept(LongIdCharacters));
    }

    /// <summary>Returns whether the word has the form of <see cref="Reply.OutgoingReply.Name"/>.</summary>
    public static bool IsReplyName(ReadOnlySpan<char> word) =>
        word.Length is >= 16 and <= 64 && !word.ContainsAnyExcept(NameCharacters);

    /// <summary>Reads the outcome of a delivery attempt.</summary>
    /// <param name="fields">The text after the recipients: "relay=…, delay=…, dsn=…, status=word (text)".</param>
    /// <param name="status">
    /// sent, deferred, bounced and so on; SOFTBOUNCE if Postfix would have bounced the message without soft_bounce.
    /// </param>
    /// <param name="delay">Microseconds since the message arrived; 0 if the text does not say.</param>
    /// <returns>False if the text does not have this form.</returns>
    public static bool TryStatus(ReadOnlySpan<char> fields, out ReadOnlySpan<char> status, out long delay)
    {
        status = Value(fields, "status");
        delay = double.TryParse(Value(fields, "delay"), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
            out var seconds) && seconds < 1e9 ? (long)(seconds * 1e6) : 0;
        return !status.IsEmpty && !status.ContainsAnyExceptInRange('A', 'z');
    }

    /// <summary>
    /// Returns whether smtp(8) deferred a message because it could not use TLS, or because the certificate was not the
    /// expected one. smtp(8) then sets the codes 4.7.4 and 4.7.5 itself (smtp_proto.c). A remote server may reply with
    /// the same codes for other reasons; those do not count.
    /// </summary>
    /// <param name="fields">The same text as for <see cref="TryStatus"/>.</param>
    public static bool IsForWantOfTls(ReadOnlySpan<char> fields)
    {
        const string suspended = "delivery temporarily suspended: ";
        var mark = fields.IndexOf(" (");
        if (mark < 0)
            return false;
        var reason = fields[(mark + 2)..];
        // qmgr(8) repeats the reason for further messages to a host that just failed.
        if (reason.StartsWith(suspended))
            reason = reason[suspended.Length..];
        return reason.StartsWith("TLS is required, ")
            || (Value(fields[..mark], "dsn") is "4.7.4" or "4.7.5" && !reason.StartsWith("host "));
    }

    /// <summary>
    /// Returns the value after "name=", up to a comma or a space. For "name=&lt;…&gt;", returns the text inside. Empty
    /// if there is no such name.
    /// </summary>
    /// <remarks>
    /// Finds a name only at the beginning of the text or after a space. A quoted local part may itself contain
    /// ">, relay=". The values then come from whoever wrote that address, but they still must have the forms that are
    /// stored.
    /// </remarks>
    public static ReadOnlySpan<char> Value(ReadOnlySpan<char> text, string name)
    {
        var start = name + "=";
        var at = text.StartsWith(start) ? 0 : text.IndexOf(" " + start) + 1;
        if (!text[at..].StartsWith(start))
            return [];
        var value = text[(at + start.Length)..];
        if (value is ['<', ..])
        {
            var close = value.IndexOf('>');
            return close < 0 ? [] : value[1..close];
        }

        var end = value.IndexOfAny(", ");
        return end < 0 ? value : value[..end];
    }
}
