using System.Globalization;

namespace MailResponder.Reporting.PostfixLog;

/// <summary>A command or mail that Postfix refused: at which step, with which codes, why. Nothing of client or addresses.</summary>
/// <param name="Step">The SMTP command, like "RCPT", or "header", "body", "size".</param>
/// <param name="ReplyCode">RFC 5321, section 4.2; 0 when the line tells none.</param>
/// <param name="StatusCode">RFC 3463; null when the line tells none.</param>
/// <param name="Reason">One of a few words.</param>
internal sealed record Rejection(string Step, int ReplyCode, string? StatusCode, string Reason)
{
    private static readonly string[] Steps =
        ["CONNECT", "HELO", "EHLO", "MAIL", "RCPT", "VRFY", "ETRN", "DATA", "BDAT", "END-OF-MESSAGE", "header", "body", "mime-error"];

    private static readonly (string Text, string Reason)[] Reasons =
    [
        ("Relay access denied", "relay"),
        ("Message size exceeds", "size"),
        ("exceeds message size limit", "size"),
        (" blocked using ", "dns-list"),
        ("User unknown", "unknown-user"),
        ("unverified address", "unverified-address"),
        ("Domain not found", "dns"),
        ("reylist", "greylisted"),
        ("too many connections", "rate"),
        ("all server ports busy", "rate"),
        ("Too many", "rate"),
        ("rate limit", "rate"),
        ("Insufficient system storage", "storage"),
        ("Server configuration error", "configuration"),
        ("content rejected", "content"),
        ("Helo command rejected", "helo"),
        ("Sender address rejected", "sender"),
        ("Recipient address rejected", "recipient"),
        ("Client host rejected", "client"),
        ("Protocol error", "protocol"),
        ("Improper use of SMTP command pipelining", "protocol"),
        ("Service unavailable", "unavailable"),
    ];

    /// <summary>Of "RCPT from host[address]: 550 5.1.1 … rejected: …" as smtpd(8), postscreen(8) and cleanup(8) write it.</summary>
    /// <param name="text">What stands behind "reject: " or "milter-reject: ".</param>
    /// <param name="byMilter">The reason then is a mail filter's own.</param>
    public static Rejection Of(ReadOnlySpan<char> text, bool byMilter)
    {
        var end = text.IndexOf(' ');
        var word = end < 0 ? text : text[..end];
        var step = "other";
        foreach (var known in Steps)
        {
            if (word.SequenceEqual(known))
                step = known;
        }

        var (code, status) = step is "header" or "body" or "mime-error" ? (0, LastStatusCode(text)) : Codes(text);
        return new Rejection(step, code, status, byMilter ? "mail-filter" : ReasonOf(text));
    }

    private static string ReasonOf(ReadOnlySpan<char> text)
    {
        foreach (var (words, reason) in Reasons)
        {
            if (text.Contains(words, StringComparison.Ordinal))
                return reason;
        }

        return "other";
    }

    /// <summary>The codes behind the first "]: " or "]:port: ", where the client ends.</summary>
    private static (int, string?) Codes(ReadOnlySpan<char> text)
    {
        var bracket = text.IndexOf(']');
        var mark = bracket < 0 ? -1 : text[bracket..].IndexOf(": ", StringComparison.Ordinal);
        if (mark < 0)
            return (0, null);
        text = text[(bracket + mark + 2)..];
        var code = 0;
        if (text.Length > 4 && text[3] == ' ' && int.TryParse(text[..3], NumberStyles.None, CultureInfo.InvariantCulture, out code))
            text = text[4..];
        return (code, PostfixText.StatusCode(text));
    }

    /// <summary>cleanup(8) has its own words at the end, behind a header that may hold anything.</summary>
    private static string? LastStatusCode(ReadOnlySpan<char> text)
    {
        var mark = text.LastIndexOf(": ", StringComparison.Ordinal);
        return mark < 0 ? null : PostfixText.StatusCode(text[(mark + 2)..]);
    }
}
