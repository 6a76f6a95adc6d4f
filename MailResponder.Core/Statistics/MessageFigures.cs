using System.Text.Json.Serialization;

namespace MailResponder.Statistics;

/// <summary>
/// What became of the messages of a log. No number stands for fewer people than the threshold allows.
/// </summary>
/// <param name="counts">Of all the messages.</param>
/// <param name="threshold">Addresses with fewer answered requests are merged.</param>
internal sealed class MessageFigures(MessageCounts counts, int threshold)
{
    private readonly (OrderedDictionary<string, long> Addresses, long Others) _merged = Merged(counts, threshold);

    /// <summary>When the first of them was logged; null when there was none.</summary>
    public DateTimeOffset? First { get; } = counts.First;

    public DateTimeOffset? Last { get; } = counts.Last;

    /// <summary>Requests that were answered.</summary>
    public long Answered { get; } = counts.Answered.Values.Sum();

    /// <summary>
    /// Mails that went out, one for each entry, including those of requests that were deferred for another entry.
    /// </summary>
    public long Replies { get; } = counts.RepliesByHour.Sum();

    /// <summary>Those of the replies whose entry has attachments that did not go out.</summary>
    public long RepliesWithoutAttachments { get; } = counts.WithoutAttachments;

    /// <summary>
    /// Answered requests by requested address, where they reach the threshold; the most frequent first.
    /// </summary>
    public OrderedDictionary<string, long> Addresses => _merged.Addresses;

    /// <summary>Answered requests to all other addresses.</summary>
    public long Others => _merged.Others;

    /// <summary>Unanswered messages by reason.</summary>
    public OrderedDictionary<string, long> Skipped { get; } = Sorted(counts.Skipped);

    /// <summary>Tries that failed, by cause: a message that was deferred twice counts twice.</summary>
    public OrderedDictionary<string, long> Deferred { get; } = Sorted(counts.Deferred);

    public OrderedDictionary<string, long> Failed { get; } = Sorted(counts.Failed);

    /// <summary>Those of the deferred that a bug caused.</summary>
    public long Exceptions { get; } = counts.Deferred.GetValueOrDefault(Cause.Unexpected.Hyphenated());

    /// <summary>Lines that are no whole events.</summary>
    public long UnmatchedLines { get; } = counts.UnmatchedLines;

    /// <summary>Milliseconds that answering took, of answered requests; null when there were none.</summary>
    public long? MedianMs { get; } = Percentile(counts, 50);

    [JsonPropertyName("percentile_95_ms")]
    public long? Percentile95Ms { get; } = Percentile(counts, 95);

    public long? MaximumMs { get; } = Percentile(counts, 100);

    /// <summary>Replies by the hour of the day, 24 numbers, in the time zone of the host.</summary>
    public IReadOnlyList<long> RepliesByHour { get; } = counts.RepliesByHour;

    /// <summary>The most frequent first, then by name.</summary>
    private static OrderedDictionary<string, long> Sorted(Dictionary<string, long> counts) => new(
        counts.OrderByDescending(count => count.Value).ThenBy(count => count.Key, StringComparer.Ordinal));

    /// <summary>
    /// The least number of milliseconds that <paramref name="percent"/> of the answers do not exceed; null without any.
    /// </summary>
    private static long? Percentile(MessageCounts counts, int percent)
    {
        var rank = ((counts.Answered.Values.Sum() * percent) + 99) / 100;
        foreach (var (milliseconds, count) in counts.Milliseconds.OrderBy(pair => pair.Key))
        {
            rank -= count;
            if (rank <= 0)
                return milliseconds;
        }

        return null;
    }

    /// <summary>
    /// Merges until the merged sum reaches the threshold too: with the total known, a small remainder would show what
    /// was to be hidden.
    /// </summary>
    private static (OrderedDictionary<string, long> Addresses, long Others) Merged(MessageCounts counts, int threshold)
    {
        var sorted = Sorted(counts.Answered);
        sorted.Remove(MessageCounts.Others, out var others);
        var shown = sorted.Count(address => address.Value >= threshold);
        others += sorted.Skip(shown).Sum(address => address.Value);
        while (others > 0 && others < threshold && shown > 0)
            others += sorted.GetAt(--shown).Value;
        return (new(sorted.Take(shown)), others);
    }
}
