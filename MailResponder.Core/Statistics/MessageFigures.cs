using System.Text.Json.Serialization;

namespace MailResponder.Statistics;

/// <summary>
/// What became of the messages of a log. No number stands for fewer people than the threshold allows.
/// </summary>
internal sealed record MessageFigures
{
    /// <summary>When the first of them was logged; null when there was none.</summary>
    public required DateTimeOffset? First { get; init; }

    public required DateTimeOffset? Last { get; init; }

    /// <summary>Requests that were answered.</summary>
    public required long Answered { get; init; }

    /// <summary>
    /// Mails that went out, one for each entry, including those of requests that were deferred for another entry.
    /// </summary>
    public required long Replies { get; init; }

    /// <summary>Those of the replies whose entry has attachments that did not go out.</summary>
    public required long RepliesWithoutAttachments { get; init; }

    /// <summary>
    /// Answered requests by requested address, where they reach the threshold; the most frequent first.
    /// </summary>
    public required OrderedDictionary<string, long> Addresses { get; init; }

    /// <summary>Answered requests to all other addresses.</summary>
    public required long Others { get; init; }

    /// <summary>Unanswered messages by reason.</summary>
    public required OrderedDictionary<string, long> Skipped { get; init; }

    /// <summary>Tries that failed, by cause: a message that was deferred twice counts twice.</summary>
    public required OrderedDictionary<string, long> Deferred { get; init; }

    public required OrderedDictionary<string, long> Failed { get; init; }

    /// <summary>Those of the deferred that a bug caused.</summary>
    public required long Exceptions { get; init; }

    /// <summary>Lines that are no whole events.</summary>
    public required long UnmatchedLines { get; init; }

    /// <summary>Milliseconds that answering took, of answered requests; null when there were none.</summary>
    public required long? MedianMs { get; init; }

    [JsonPropertyName("percentile_95_ms")]
    public required long? Percentile95Ms { get; init; }

    public required long? MaximumMs { get; init; }

    /// <summary>Replies by the hour of the day, 24 numbers, in the time zone of the host.</summary>
    public required IReadOnlyList<long> RepliesByHour { get; init; }
}
