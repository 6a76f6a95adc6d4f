namespace MailResponder.Statistics;

/// <summary>What one host of a fleet did in the days of a report.</summary>
/// <param name="Host">Its name.</param>
/// <param name="Instance">The EC2 instance that it is; null for another host.</param>
/// <param name="Counted">When it counted last: what came later is not in the report.</param>
/// <param name="MedianMs">Milliseconds that answering took; null when nothing was answered.</param>
internal sealed record HostLine(
    string Host, string? Instance, DateTimeOffset Counted, long Answered, long Skipped, long Deferred, long Failed,
    long? MedianMs)
{
    public string Label => Instance is null ? Host : $"{Host} ({Instance})";

    /// <param name="days">In their order.</param>
    public static HostLine Of(IReadOnlyList<HostDay> days)
    {
        var counts = new MessageCounts(null, null, TimeZoneInfo.Utc);
        foreach (var day in days)
            counts.Add(day.Figures);
        var sum = counts.Figures(threshold: int.MaxValue);
        return new HostLine(days[^1].Host, days[^1].Instance, days[^1].Counted, sum.Answered,
            sum.Skipped.Values.Sum(), sum.Deferred.Values.Sum(), sum.Failed.Values.Sum(), sum.MedianMs);
    }

    public override string ToString() => $"{Figure.Of(Answered)} answered, {Figure.Of(Skipped)} not, "
        + $"{Figure.Of(Deferred)} deferred, {Figure.Of(Failed)} failed, median {Figure.Milliseconds(MedianMs)}, "
        + $"counted {Figure.Time(Counted)}";
}
