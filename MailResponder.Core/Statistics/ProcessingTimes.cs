namespace MailResponder.Statistics;

/// <summary>
/// How often each number of milliseconds occurred: exact up to 15 minutes, the longest deadline that can be set. What
/// took longer is told apart by its maximum only.
/// </summary>
internal sealed class ProcessingTimes
{
    private const int Exact = 900_000;
    private readonly long[] _counts = new long[Exact + 1];
    private long _count;

    /// <summary>Null when nothing was counted.</summary>
    public long? Maximum { get; private set; }

    public void Add(long milliseconds)
    {
        _count++;
        Maximum = Math.Max(Maximum ?? 0, milliseconds);
        if (milliseconds <= Exact)
            _counts[milliseconds]++;
    }

    /// <summary>
    /// The least value that <paramref name="percent"/> of all do not exceed; null when nothing was counted.
    /// </summary>
    public long? Percentile(int percent)
    {
        var rank = (_count * percent + 99) / 100;
        for (var milliseconds = 0; milliseconds <= Exact; milliseconds++)
        {
            rank -= _counts[milliseconds];
            if (rank <= 0)
                return _count == 0 ? null : milliseconds;
        }

        return Maximum;
    }
}
