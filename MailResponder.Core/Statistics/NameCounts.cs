using System.Runtime.InteropServices;

namespace MailResponder.Statistics;

/// <summary>
/// How often each name occurred. Keeps at most 10,000 names, more than any healthy log has; the rest is one number.
/// </summary>
internal sealed class NameCounts
{
    private const int MaxNames = 10_000;
    private readonly Dictionary<string, long> _counts = new(StringComparer.Ordinal);

    /// <summary>Occurrences of names beyond those that are kept.</summary>
    public long Unkept { get; private set; }

    public long Total { get; private set; }

    public void Add(string name, long times = 1)
    {
        Total += times;
        if (_counts.Count >= MaxNames && !_counts.ContainsKey(name))
            Unkept += times;
        else
            CollectionsMarshal.GetValueRefOrAddDefault(_counts, name, out _) += times;
    }

    /// <summary>Adds what another counted, and kept no name of.</summary>
    public void Add(Dictionary<string, long> counts, long unkept = 0)
    {
        foreach (var (name, times) in counts)
            Add(name, times);
        Total += unkept;
        Unkept += unkept;
    }

    public long Of(string name) => _counts.GetValueOrDefault(name);

    /// <summary>The most frequent first, then by name.</summary>
    public OrderedDictionary<string, long> Sorted() => new(
        _counts.OrderByDescending(count => count.Value).ThenBy(count => count.Key, StringComparer.Ordinal));
}
