using System.Text.Json.Serialization;

namespace MailResponder.Statistics;

/// <summary>
/// What became of the messages in a log. No requested address is shown with fewer answered requests than the threshold.
/// </summary>
/// <param name="counts">The counts of all messages.</param>
/// <param name="threshold">Addresses with fewer answered requests than this are merged.</param>
internal sealed class MessageFigures(MessageCounts counts, int threshold)
{
    private readonly (OrderedDictionary<string, long> Addresses, long Others) _merged = Merged(counts, threshold);

    /// <summary>When the first message was logged; null if there was none.</summary>
    public DateTimeOffset? First { get; } = counts.First;

    public DateTimeOffset? Last { get; } = counts.Last;

    /// <summary>Requests that were answered.</summary>
    public long Answered { get; } = counts.Answered.Values.Sum();

    /// <summary>
    /// Mails that were sent, one for each entry, including those for requests that another entry deferred.
    /// </summary>
    public long Replies { get; } = counts.RepliesByHour.Sum();

    /// <summary>Replies whose entry has attachments that were not sent.</summary>
    public long RepliesWithoutAttachments { get; } = counts.WithoutAttachments;

    /// <summary>
    /// Answered requests by requested address, for addresses that reach the threshold; the most frequent first.
    /// </summary>
    public OrderedDictionary<string, long> Addresses => _merged.Addresses;

    /// <summary>Answered requests to all other addresses.</summary>
    public long Others => _merged.Others;

    /// <summary>Unanswered messages by reason.</summary>
    public OrderedDictionary<string, long> Skipped { get; } = Sorted(counts.Skipped);

    /// <summary>Deferred attempts by cause. A message that was deferred twice counts twice.</summary>
    public OrderedDictionary<string, long> Deferred { get; } = Sorted(counts.Deferred);

    public OrderedDictionary<string, long> Failed { get; } = Sorted(counts.Failed);

    /// <summary>Deferred attempts that a bug caused.</summary>
    public long Exceptions { get; } = counts.Deferred.GetValueOrDefault(Cause.Unexpected.Hyphenated());

    /// <summary>The number of lines that are not complete events.</summary>
    public long UnmatchedLines { get; } = counts.UnmatchedLines;

    /// <summary>The median time to answer a request, in milliseconds; null if none was answered.</summary>
    public long? MedianMs { get; } = Percentile(counts, 50);

    [JsonPropertyName("percentile_95_ms")]
    public long? Percentile95Ms { get; } = Percentile(counts, 95);

    public long? MaximumMs { get; } = Percentile(counts, 100);

    /// <summary>
    /// Replies by the hour of the day, 24 numbers, in the time zone of the counts: the host's, or UTC for a fleet.
    /// </summary>
    public IReadOnlyList<long> RepliesByHour { get; } = counts.RepliesByHour;

    /// <summary>Sorts by count, the largest first, then by name.</summary>
    private static OrderedDictionary<string, long> Sorted(Dictionary<string, long> counts) => new(
        counts.OrderByDescending(count => count.Value).ThenBy(count => count.Key, StringComparer.Ordinal));

    /// <summary>
    /// Returns the smallest number of milliseconds that at least <paramref name="percent"/> percent of the answers did
    /// not exceed. Null if there are no answers.
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
    /// Merges addresses below the threshold, and then more, until their sum reaches the threshold too. The total is
    /// shown, so a smaller sum would reveal what the threshold hides.
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
