using System.Text.Json.Serialization;

namespace MailResponder.PostfixLog;

/// <summary>The figures from Postfix's log for a span of time. They hold no address.</summary>
internal sealed record PostfixLogSummary
{
    /// <summary>
    /// Mails for our addresses that arrived in the span. A mail that local(8) forwarded within the host counts once.
    /// </summary>
    public long Received { get; init; }

    /// <summary>Mails of <see cref="Received"/> that the responder has answered with at least one reply.</summary>
    public long Answered { get; init; }

    /// <summary>Mails of <see cref="Received"/> that Postfix deferred at least once.</summary>
    public long Deferred { get; init; }

    /// <summary>Mails of <see cref="Received"/> that expired in the queue, so that Postfix gave up.</summary>
    public long Expired { get; init; }

    /// <summary>SMTP commands that Postfix rejected in the span, before or while it received a mail.</summary>
    public long Rejected { get; init; }

    /// <summary>
    /// The median time, for answered mails, from arrival until the last reply was sent to SES or by Postfix to the next
    /// host. Null if there are none. A mail does not count while one of its replies is still in the queue.
    /// </summary>
    public double? MedianSeconds { get; init; }

    [JsonPropertyName("percentile_95_seconds")]
    public double? Percentile95Seconds { get; init; }

    public double? MaximumSeconds { get; init; }

    /// <summary>
    /// What became of the replies, by provider: replies that were handed to Postfix in the span, and replies whose
    /// outcome SES reported in the span. Providers with few replies are merged. A reply through SES about which SES
    /// reported nothing is not counted.
    /// </summary>
    public IReadOnlyList<ProviderOutcomes> Outcomes { get; init; } = [];

    /// <summary>The days of the two weeks that end with the span, in order, from the first day with a mail.</summary>
    public IReadOnlyList<DayOfRequests> Trend { get; init; } = [];

    /// <summary>
    /// Returns the sum of several hosts' summaries. It has no trend and no percentiles, which cannot be summed. Null if
    /// no host has a summary.
    /// </summary>
    /// <param name="all">The hosts' summaries, with no provider merged; null for a host that has none.</param>
    /// <param name="threshold">Providers with fewer replies than this are merged.</param>
    public static PostfixLogSummary? Sum(IEnumerable<PostfixLogSummary?> all, int threshold) =>
        all.OfType<PostfixLogSummary>().ToArray() is not { Length: > 0 } known ? null : new()
        {
            Received = known.Sum(one => one.Received),
            Answered = known.Sum(one => one.Answered),
            Deferred = known.Sum(one => one.Deferred),
            Expired = known.Sum(one => one.Expired),
            Rejected = known.Sum(one => one.Rejected),
            MaximumSeconds = known.Max(one => one.MaximumSeconds),
            Outcomes = ProviderOutcomes.Merged(known.SelectMany(one => one.Outcomes), threshold),
        };
}

/// <summary>The requests of one day, in the time zone of the end of the span.</summary>
internal readonly record struct DayOfRequests(DateOnly Day, long Received, long Answered);
