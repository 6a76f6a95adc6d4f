using System.Globalization;

namespace MailResponder.Reporting.PostfixLog;

/// <summary>What the responder said of a message in its own line (<see cref="MessageLog.Line"/>).</summary>
internal sealed record ResponderVerdict(string Result)
{
    private const string Handed = "sendmail:";

    public string? Reason { get; init; }

    /// <summary>The requested address where the response book knows it; else null.</summary>
    public string? Address { get; init; }

    public string QueueId { get; init; } = "-";

    public long? Replies { get; init; }

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
        if (end < 0 || text[..end] is not ("replied" or "skipped" or "deferred" or "failed"))
            return null;
        var address = PostfixText.Value(text, "address");
        if (address.IsEmpty)
            return null;
        var reason = PostfixText.Value(text, "reason");
        var handed = new List<string>();
        foreach (var receipt in PostfixText.Rest(text, "receipts").ToString().Split(','))
        {
            if (receipt.StartsWith(Handed, StringComparison.Ordinal) && PostfixText.IsReplyName(receipt.AsSpan(Handed.Length)))
                handed.Add(receipt[Handed.Length..]);
        }

        return new ResponderVerdict(text[..end].ToString())
        {
            Reason = reason.IsEmpty ? null : reason.ToString(),
            Address = address.SequenceEqual(Outcome.UnknownAddress) ? null : address.ToString(),
            QueueId = PostfixText.Value(text, "queue_id").ToString(),
            Replies = Number(PostfixText.Value(text, "replies")),
            Milliseconds = Number(PostfixText.Value(text, "ms")),
            HandedToPostfix = handed,
        };
    }

    private static long? Number(ReadOnlySpan<char> text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
