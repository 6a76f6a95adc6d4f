using System.Text.Json.Serialization;

namespace MailResponder.PostfixLog;

/// <summary>What Postfix's log tells of a span of time. Holds no address.</summary>
internal sealed record PostfixLogSummary
{
    /// <summary>
    /// Mails for our addresses that arrived in the span. What local(8) forwarded within the host counts once.
    /// </summary>
    public long Received { get; init; }

    /// <summary>Those of them that the responder has answered since, with at least one reply.</summary>
    public long Answered { get; init; }

    /// <summary>Those of them that Postfix put off at least once.</summary>
    public long Deferred { get; init; }

    /// <summary>Those of them that grew too old in the queue and were given up.</summary>
    public long Expired { get; init; }

    /// <summary>Commands that Postfix refused in the span, at the door or while it took a mail in.</summary>
    public long Rejected { get; init; }

    /// <summary>
    /// From arrival to the sending of the last reply (to SES, or by Postfix to the next host) of those answered; null
    /// when there are none. What is still in the queue does not count yet.
    /// </summary>
    public double? MedianSeconds { get; init; }

    [JsonPropertyName("percentile_95_seconds")]
    public double? Percentile95Seconds { get; init; }

    public double? MaximumSeconds { get; init; }

    /// <summary>
    /// What became of the replies that were handed to Postfix in the span, and of those of which SES reported
    /// something, by provider; those with few replies together. Replies through SES of which nothing was reported are
    /// in none.
    /// </summary>
    public IReadOnlyList<ProviderOutcomes> Outcomes { get; init; } = [];

    /// <summary>The two weeks that end with the span, in order; without the days before the first mail.</summary>
    public IReadOnlyList<DayOfRequests> Trend { get; init; } = [];

    /// <summary>That of several hosts, without a trend and what does not add up; null when there is none.</summary>
    /// <param name="all">With every provider for itself; null where there is none.</param>
    /// <param name="threshold">Providers with fewer replies are counted together.</param>
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

/// <summary>The requests of one day, by the time of the host that the span was given in.</summary>
internal readonly record struct DayOfRequests(DateOnly Day, long Received, long Answered);
