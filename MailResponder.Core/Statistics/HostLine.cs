namespace MailResponder.Statistics;

/// <summary>The figures of one host of a fleet for the days of a report.</summary>
/// <param name="Host">The host's name on the last day.</param>
/// <param name="Instance">The id of the host's EC2 instance; null if it is not one.</param>
/// <param name="Counted">When the host last counted. Later messages are not in the report.</param>
/// <param name="MedianMs">The median time to answer, in milliseconds; null if nothing was answered.</param>
internal sealed record HostLine(string Host, string? Instance, DateTimeOffset Counted, long Answered, long Skipped,
    long Deferred, long Failed, long? MedianMs)
{
    public string Label => Instance is null ? Host : $"{Host} ({Instance})";

    /// <summary>Returns the sum of a host's days.</summary>
    /// <param name="days">At least one day of the host, in order.</param>
    public static HostLine Of(IEnumerable<HostDay> days)
    {
        var last = days.Last();
        var sum = MessageCounts.Sum(days.Select(day => day.Messages)).Figures(threshold: int.MaxValue);
        return new(last.Host, last.Instance, last.Counted, sum.Answered, sum.Skipped.Values.Sum(),
            sum.Deferred.Values.Sum(), sum.Failed.Values.Sum(), sum.MedianMs);
    }

    public override string ToString() => $"{Figure.Of(Answered)} answered, {Figure.Of(Skipped)} skipped, "
        + $"{Figure.Of(Deferred)} deferred, {Figure.Of(Failed)} failed, median {Figure.Milliseconds(MedianMs)}, "
        + $"counted {Figure.Time(Counted)}";
}
