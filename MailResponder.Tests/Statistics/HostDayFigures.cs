using System.Text;
using System.Text.Json;
using MailResponder.Incoming;
using MailResponder.Logs;
using MailResponder.PostfixLog;
using MailResponder.Statistics;

namespace MailResponder.Tests.Statistics;

/// <summary>
/// The report reads every figure that a host counts. To show this, each figure gets a different number.
/// </summary>
public sealed class HostDayFigures
{
    private long _number = 1000;

    [Fact]
    public void Postfix_ComesBack()
    {
        var told = new PostfixLogSummary { Outcomes = [Outcomes("gmail.com"), Outcomes(ProviderOutcomes.Others)] };
        // Medians do not add up, and the trend covers all days.
        string[] without = [nameof(told.MedianSeconds), nameof(told.Percentile95Seconds), nameof(told.Trend),
            nameof(told.Outcomes), "EqualityContract"];
        foreach (var figure in typeof(PostfixLogSummary).GetProperties().Where(one => !without.Contains(one.Name)))
            figure.SetValue(told, figure.PropertyType == typeof(long) ? _number-- : (object)(double)_number--);

        var read = InDatabase(new MessageCounts(), told).Postfix;

        Assert.Equal(JsonSerializer.Serialize(told),
            JsonSerializer.Serialize(PostfixLogSummary.Sum([read], threshold: 1)));
    }

    [Fact]
    public void Messages_ComeBack()
    {
        var counts = new MessageCounts(null, null, TimeZoneInfo.Utc);
        var log = new MadeLog().Replied("get@example.com", 7, 120, 2).Replied("fa@example.com", 5, 77)
            .Skipped(SkipReason.Spam, 3).Deferred(Cause.Database, 4, 1).Deferred(Cause.Unexpected, 2).Failed(6);
        log.Line(new MadeLog().Replied("links@example.com", ms: 33).Text
            .Replace("sendmail", "sendmail" + MessageEvent.WithoutAttachments, StringComparison.Ordinal).TrimEnd());
        foreach (var line in log.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            counts.Add(Encoding.UTF8.GetBytes(line));

        var read = InDatabase(counts, null).Messages;

        Assert.Equal(JsonSerializer.Serialize(counts.Figures(1)),
            JsonSerializer.Serialize(MessageCounts.Sum([read]).Figures(1)));
    }

    /// <summary>A row has room for the figures of any number of messages.</summary>
    [Fact]
    public void Times_AreKeptInThreeDigits()
    {
        var counts = new MessageCounts { Milliseconds = new() { [999] = 1, [1001] = 2, [1010] = 3, [12_301] = 4 } };
        counts.RoundTimes();
        Assert.Equal(new Dictionary<long, long> { [999] = 1, [1010] = 5, [12_400] = 4 }, counts.Milliseconds);
    }

    private static HostDay InDatabase(MessageCounts messages, PostfixLogSummary? postfix) => HostDay.Of(
        new HostDay("mail1", null, DateTimeOffset.UnixEpoch, messages, postfix) { Day = 20_000, Id = "AB" }.ToRow())!;

    private ProviderOutcomes Outcomes(string provider) => (ProviderOutcomes)Activator.CreateInstance(
        typeof(ProviderOutcomes), [provider, .. typeof(ProviderOutcomes).GetConstructors()[0].GetParameters().Skip(1)
            .Select(_ => (object)_number--)])!;
}
