using System.Globalization;

namespace MailResponder.PostfixLog;

/// <summary>What the responder said of a message in its own line (<see cref="MessageLog.Line"/>).</summary>
internal sealed record ResponderVerdict(bool Replied, string QueueId)
{
    private const string Handed = "sendmail:";

    /// <summary>How long it took; null when the line does not tell.</summary>
    public long? Milliseconds { get; init; }

    /// <summary>Names of the replies that this Postfix was given.</summary>
    public IReadOnlyList<string> HandedToPostfix { get; init; } = [];

    /// <summary>Null when the text is not of that form.</summary>
    public static ResponderVerdict? TryParse(ReadOnlySpan<char> text)
    {
        // What follows is in words, and may hold anything.
        var problem = text.IndexOf(" problem=\"", StringComparison.Ordinal);
        if (problem >= 0)
            text = text[..problem];
        var end = text.IndexOf(' ');
        if (end < 0 || text[..end] is not ("replied" or "skipped" or "deferred" or "failed")
            || PostfixText.Value(text, "address").IsEmpty)
        {
            return null;
        }

        var handed = new List<string>();
        foreach (var receipt in PostfixText.Rest(text, "receipts").ToString().Split(','))
        {
            // Behind it may stand "(without-attachments)".
            var name = receipt.StartsWith(Handed, StringComparison.Ordinal)
                ? receipt[Handed.Length..].Split('(')[0] : "";
            if (PostfixText.IsReplyName(name))
                handed.Add(name);
        }

        return new ResponderVerdict(text[..end] is "replied", PostfixText.Value(text, "queue_id").ToString())
        {
            Milliseconds = long.TryParse(
                PostfixText.Value(text, "ms"), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? number : null,
            HandedToPostfix = handed,
        };
    }
}
