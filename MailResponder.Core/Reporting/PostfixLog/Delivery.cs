using System.Buffers;
using System.Globalization;

namespace MailResponder.Reporting.PostfixLog;

/// <summary>One try to deliver a message to one recipient, without the recipient.</summary>
/// <param name="At">Unix microseconds.</param>
/// <param name="Process">Of the delivery agent.</param>
/// <param name="Service">The delivery agent: smtp, pipe, local …</param>
/// <param name="Status">sent, deferred, bounced …</param>
internal sealed record Delivery(long At, int Process, string Service, string Status)
{
    private static readonly SearchValues<char> StatusCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz-");
    private static readonly SearchValues<char> DelayCharacters = SearchValues.Create("0123456789./e+-");

    /// <summary>Whether the recipient is an address of ours that asks for a reply.</summary>
    public bool Requested { get; init; }

    /// <summary>RFC 3463.</summary>
    public string? StatusCode { get; init; }

    /// <summary>Null when it was sent.</summary>
    public string? Reason { get; init; }

    /// <summary>The next host, or the transport.</summary>
    public string? Peer { get; init; }

    /// <summary>Since the message arrived.</summary>
    public long? DelayMilliseconds { get; init; }

    /// <summary>Seconds before the queue manager, in it, for the connection, for the transmission.</summary>
    public string? Delays { get; init; }

    /// <summary>Null when the text has no status of the form that delivery agents write.</summary>
    /// <param name="line">Its time, process and service.</param>
    /// <param name="fields">What stands behind the recipients: "relay=…, delay=…, dsn=…, status=word (text)".</param>
    /// <param name="at">Unix microseconds.</param>
    /// <param name="service">The delivery agent.</param>
    public static Delivery? TryParse(SyslogLine line, ReadOnlySpan<char> fields, long at, string service)
    {
        var mark = fields.IndexOf("status=", StringComparison.Ordinal);
        if (mark < 0)
            return null;
        var facts = fields[..mark];
        var status = fields[(mark + "status=".Length)..];
        var end = status.IndexOf(' ');
        var word = end < 0 ? status : status[..end];
        // How Postfix calls what it would have returned without soft_bounce, and tries again.
        if (word.SequenceEqual("SOFTBOUNCE"))
            word = "deferred";
        var text = end < 0 ? [] : status[end..];
        if (word.Length is 0 or > 20 || word.ContainsAnyExcept(StatusCharacters))
            return null;
        var sent = word.SequenceEqual("sent");
        var delays = PostfixText.Value(facts, "delays");
        return new Delivery(at, line.ProcessId, service, word.ToString())
        {
            StatusCode = PostfixText.StatusCode(PostfixText.Value(facts, "dsn")),
            Reason = sent ? null : DeliveryTrouble.Of(text),
            Peer = PostfixText.Host(PostfixText.Value(facts, "relay")),
            DelayMilliseconds = Milliseconds(PostfixText.Value(facts, "delay")),
            Delays = delays.Length is > 0 and < 60 && !delays.ContainsAnyExcept(DelayCharacters) ? delays.ToString() : null,
        };
    }

    private static long? Milliseconds(ReadOnlySpan<char> seconds) =>
        double.TryParse(seconds, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value < 1e9
            ? (long)(value * 1000) : null;
}
