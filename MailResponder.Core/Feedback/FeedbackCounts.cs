namespace MailResponder.Feedback;

/// <summary>
/// Counts the results of feeding notifications. It holds only numbers, nothing that could identify a person.
/// </summary>
internal sealed class FeedbackCounts
{
    private readonly Dictionary<string, int> _counts = [];

    /// <summary>Adds to the count of a result. The words follow the number in the text.</summary>
    public void Add(string words, int count = 1) => _counts[words] = _counts.GetValueOrDefault(words) + count;

    /// <summary>
    /// Returns text such as "3 blocked, 1 blocked already, 4 soft bounce(s)". `blocked` comes first, even if zero.
    /// </summary>
    public override string ToString()
    {
        const string blocked = "blocked";
        var others = _counts.Where(one => one.Key != blocked && one.Value > 0);
        return string.Join(", ", others.Prepend(new(blocked, _counts.GetValueOrDefault(blocked)))
            .Select(one => $"{one.Value} {one.Key}"));
    }
}
