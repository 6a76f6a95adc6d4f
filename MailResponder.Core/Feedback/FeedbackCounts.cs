namespace MailResponder.Feedback;

/// <summary>What became of all that was fed: numbers, and nothing by which somebody could be known.</summary>
internal sealed class FeedbackCounts
{
    private readonly Dictionary<string, int> _counts = [];

    /// <summary>Counts under the given words, which go behind the number.</summary>
    public void Add(string words, int count = 1) => _counts[words] = _counts.GetValueOrDefault(words) + count;

    /// <summary>"3 blocked, 1 blocked already, 4 soft bounces": `blocked` comes first, even if zero.</summary>
    public override string ToString()
    {
        const string blocked = "blocked";
        var others = _counts.Where(one => one.Key != blocked && one.Value > 0);
        return string.Join(", ", others.Prepend(new(blocked, _counts.GetValueOrDefault(blocked)))
            .Select(one => $"{one.Value} {one.Key}"));
    }
}
