namespace MailResponder.Statistics;

/// <summary>What one host of a fleet did in the days of a report.</summary>
/// <param name="Host">Its name, on the last day.</param>
/// <param name="Instance">The EC2 instance that it is; null for another host.</param>
/// <param name="Counted">When it counted last: what came later is not in the report.</param>
/// <param name="MedianMs">Milliseconds that answering took; null when nothing was answered.</param>
internal sealed record HostLine(string Host, string? Instance, DateTimeOffset Counted, long Answered, long Skipped,
    long Deferred, long Failed, long? MedianMs)
{
    public string Label => Instance is null ? Host : $"{Host} ({Instance})";

    /// <param name="days">Those of the host, in their order.</param>
    public static HostLine Of(IEnumerable<HostDay> days)
    {
        var last = days.Last();
        var sum = MessageCounts.Sum(days.Select(day => day.Messages)).Figures(threshold: int.MaxValue);
        return new(last.Host, last.Instance, last.Counted, sum.Answered, sum.Skipped.Values.Sum(),
            sum.Deferred.Values.Sum(), sum.Failed.Values.Sum(), sum.MedianMs);
    }

    public override string ToString() => $"{Figure.Of(Answered)} answered, {Figure.Of(Skipped)} not, "
        + $"{Figure.Of(Deferred)} deferred, {Figure.Of(Failed)} failed, median {Figure.Milliseconds(MedianMs)}, "
        + $"counted {Figure.Time(Counted)}";
}
