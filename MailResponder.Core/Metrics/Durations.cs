using System.Text.Json.Serialization;

namespace MailResponder.Metrics;

/// <summary>A summary of durations: their number, sum and extremes, and a histogram.</summary>
internal sealed class Durations
{
    /// <summary>
    /// The inclusive upper bounds of the buckets, in milliseconds. A longer duration is in no bucket, but
    /// <see cref="Count"/> includes it.
    /// </summary>
    public static ReadOnlySpan<long> Bounds =>
        [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000];

    /// <summary>
    /// The number of durations up to the bound with the same index, but above the bound before it.
    /// </summary>
    public long[] Buckets { get; set; } = new long[Bounds.Length];

    public long Count { get; set; }

    /// <summary>The sum of all durations, in milliseconds.</summary>
    public long Sum { get; set; }

    /// <summary>The shortest duration, in milliseconds; 0 if there is none.</summary>
    [JsonIgnore]
    public long Shortest { get; private set; }

    /// <summary>The longest duration, in milliseconds; 0 if there is none.</summary>
    [JsonIgnore]
    public long Longest { get; private set; }

    public void Add(long milliseconds)
    {
        Shortest = Count == 0 ? milliseconds : Math.Min(Shortest, milliseconds);
        Longest = Math.Max(Longest, milliseconds);
        Count++;
        Sum += milliseconds;
        var found = Bounds.BinarySearch(milliseconds);
        var bucket = found < 0 ? ~found : found;
        if (bucket < Buckets.Length)
            Buckets[bucket]++;
    }
}
