using System.Buffers;
using System.Globalization;

namespace MailResponder.PostfixLog;

/// <summary>The parts of what Postfix's daemons write about a message.</summary>
internal static class PostfixText
{
    private const int MinQueueIdLength = 5;
    private const int MaxQueueIdLength = 32;
    private static readonly SearchValues<char> ShortIdCharacters = SearchValues.Create("0123456789ABCDEF");
    private static readonly SearchValues<char> LongIdCharacters =
        SearchValues.Create("0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz");
    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("0123456789abcdef");

    /// <summary>
    /// Takes "QUEUEID: " off the text: upper case hexadecimal digits, or with enable_long_queue_ids digits and letters
    /// without vowels (postconf(5)). So it is never a word like "warning".
    /// </summary>
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

    /// <summary>Whether the word is what <see cref="Reply.OutgoingReply.Name"/> may be.</summary>
    public static bool IsReplyName(ReadOnlySpan<char> word) =>
        word.Length is >= 16 and <= 64 && !word.ContainsAnyExcept(NameCharacters);

    /// <summary>What became of a try to deliver a message; false when the text is not of that form.</summary>
    /// <param name="fields">What stands behind the recipients: "relay=…, delay=…, dsn=…, status=word (text)".</param>
    /// <param name="status">
    /// sent, deferred, bounced …; SOFTBOUNCE for what Postfix would have returned without soft_bounce.
    /// </param>
    /// <param name="delay">Microseconds since the message arrived; 0 when the text does not tell.</param>
    public static bool TryStatus(ReadOnlySpan<char> fields, out ReadOnlySpan<char> status, out long delay)
    {
        status = Value(fields, "status");
        delay = double.TryParse(Value(fields, "delay"), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
            out var seconds) && seconds < 1e9 ? (long)(seconds * 1e6) : 0;
        return !status.IsEmpty && !status.ContainsAnyExceptInRange('A', 'z');
    }

    /// <summary>
    /// Whether smtp(8) put a message off because it could not encrypt, or the certificate was not the right one: its
    /// own codes 4.7.4 and 4.7.5 (smtp_proto.c), which another server may use too, for other reasons.
    /// </summary>
    /// <param name="fields">As for <see cref="TryStatus"/>.</param>
    public static bool IsForWantOfTls(ReadOnlySpan<char> fields)
    {
        const string suspended = "delivery temporarily suspended: ";
        var mark = fields.IndexOf(" (");
        if (mark < 0)
            return false;
        var reason = fields[(mark + 2)..];
        // Of a host that just failed, qmgr(8) repeats the reason.
        if (reason.StartsWith(suspended))
            reason = reason[suspended.Length..];
        return reason.StartsWith("TLS is required, ")
            || (Value(fields[..mark], "dsn") is "4.7.4" or "4.7.5" && !reason.StartsWith("host "));
    }

    /// <summary>
    /// The value behind "name=", up to a comma or space; of "name=&lt;…&gt;" what is inside. Empty when absent.
    /// </summary>
    /// <remarks>
    /// Looked for at the beginning and behind spaces only. A local part in quotes may hold ">, relay=" itself; the
    /// values then are its writer's, but still only of the forms that are kept.
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
