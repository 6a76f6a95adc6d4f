namespace MailResponder.Statistics;

/// <summary>What one host of a fleet did in the days of a report.</summary>
internal sealed class HostLine
{
    /// <param name="all">The days of all hosts, in their order.</param>
    /// <param name="id">Which of them; it has a day at least.</param>
    public HostLine(HostDay[] all, string id)
    {
        var counts = new MessageCounts(null, null, TimeZoneInfo.Utc);
        foreach (var day in all)
        {
            if (day.Id != id)
                continue;
            counts.Add(day.Figures);
            (Host, Instance, Counted) = (day.Host, day.Instance, day.Counted);
        }

        var sum = counts.Figures(threshold: int.MaxValue);
        (Answered, Skipped, Deferred) = (sum.Answered, sum.Skipped.Values.Sum(), sum.Deferred.Values.Sum());
        (Failed, MedianMs) = (sum.Failed.Values.Sum(), sum.MedianMs);
    }

    /// <summary>Its name, on the last day.</summary>
    public string Host { get; } = "";

    /// <summary>The EC2 instance that it is; null for another host.</summary>
    public string? Instance { get; }

    /// <summary>When it counted last: what came later is not in the report.</summary>
    public DateTimeOffset Counted { get; }

    public long Answered { get; }

    public long Skipped { get; }

    public long Deferred { get; }

    public long Failed { get; }

    /// <summary>Milliseconds that answering took; null when nothing was answered.</summary>
    public long? MedianMs { get; }

    public string Label => Instance is null ? Host : $"{Host} ({Instance})";

    public override string ToString() => $"{Figure.Of(Answered)} answered, {Figure.Of(Skipped)} not, "
        + $"{Figure.Of(Deferred)} deferred, {Figure.Of(Failed)} failed, median {Figure.Milliseconds(MedianMs)}, "
        + $"counted {Figure.Time(Counted)}";
}
