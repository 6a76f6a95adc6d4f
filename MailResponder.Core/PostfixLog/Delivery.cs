using System.Buffers;
using System.Globalization;

namespace MailResponder.PostfixLog;

/// <summary>One try to deliver a message to one recipient, without the recipient.</summary>
/// <param name="Status">sent, deferred, bounced …</param>
/// <param name="DelayMilliseconds">Since the message arrived; null when the line does not tell.</param>
internal sealed record Delivery(string Status, long? DelayMilliseconds)
{
    private static readonly SearchValues<char> StatusCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz-");

    /// <summary>Null when the text has no status of the form that delivery agents write.</summary>
    /// <param name="fields">What stands behind the recipients: "relay=…, delay=…, dsn=…, status=word (text)".</param>
    public static Delivery? TryParse(ReadOnlySpan<char> fields)
    {
        var mark = fields.IndexOf("status=", StringComparison.Ordinal);
        if (mark < 0)
            return null;
        var status = fields[(mark + "status=".Length)..];
        var end = status.IndexOf(' ');
        var word = end < 0 ? status : status[..end];
        // How Postfix calls what it would have returned without soft_bounce, and tries again.
        if (word.SequenceEqual("SOFTBOUNCE"))
            word = "deferred";
        return word.Length is 0 or > 20 || word.ContainsAnyExcept(StatusCharacters) ? null
            : new Delivery(word.ToString(), Milliseconds(PostfixText.Value(fields[..mark], "delay")));
    }

    private static long? Milliseconds(ReadOnlySpan<char> seconds) =>
        double.TryParse(seconds, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            && value < 1e9
            ? (long)(value * 1000) : null;
}
