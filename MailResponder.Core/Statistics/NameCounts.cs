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

    /// <param name="name">Null: of a name that is not kept.</param>
    /// <param name="times">How often it occurred.</param>
    public void Add(string? name, long times = 1)
    {
        Total += times;
        if (name is null || (_counts.Count >= MaxNames && !_counts.ContainsKey(name)))
            Unkept += times;
        else
            CollectionsMarshal.GetValueRefOrAddDefault(_counts, name, out _) += times;
    }

    public long Of(string name) => _counts.GetValueOrDefault(name);

    /// <summary>The most frequent first, then by name.</summary>
    public OrderedDictionary<string, long> Sorted() => new(
        _counts.OrderByDescending(count => count.Value).ThenBy(count => count.Key, StringComparer.Ordinal));
}
