using System.Text.Json.Serialization;

namespace MailResponder.Metrics;

/// <summary>Many durations in short: number, sum, extremes and a histogram.</summary>
internal sealed class Durations
{
    /// <summary>
    /// Upper bounds in milliseconds, each included; what is longer counts in <see cref="Count"/> alone.
    /// </summary>
    public static ReadOnlySpan<long> Bounds =>
        [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000];

    /// <summary>How many were not longer than the bound of the same index and longer than the one before.</summary>
    public long[] Buckets { get; set; } = new long[Bounds.Length];

    public long Count { get; set; }

    /// <summary>Milliseconds.</summary>
    public long Sum { get; set; }

    /// <summary>Milliseconds; 0 while nothing was counted.</summary>
    [JsonIgnore]
    public long Shortest { get; private set; }

    /// <summary>Milliseconds; 0 while nothing was counted.</summary>
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
