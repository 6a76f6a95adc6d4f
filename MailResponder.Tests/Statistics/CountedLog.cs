using MailResponder.Incoming;
using MailResponder.Statistics;

namespace MailResponder.Tests.Statistics;

/// <summary>Checks every number against a log made for this purpose.</summary>
public sealed class CountedLog
{
    [Fact]
    public void EveryNumber_IsWhatWasPutIn()
    {
        var log = new MadeLog().Replied("links@example.com", 7).Replied("get@example.com", 12, replies: 2)
            .Probe(3).Probe(2, "database").Skipped(SkipReason.Spam, 3).Skipped(SkipReason.OverQuota, 4)
            .Skipped(SkipReason.Blocked, 4)
            .Deferred(Cause.Database, 2).Deferred(Cause.Send, 1, replies: 1).Deferred(Cause.Unexpected).Failed(2)
            .Line("pull responses.json:3: entry 1: is wrong").Line("");
        var begin = new DateTimeOffset(2026, 11, 21, 0, 0, 0, TimeSpan.Zero);

        var figures = log.Count();

        Assert.Equal(19, figures.Answered);
        Assert.Equal(7 + 24 + 1, figures.Replies);
        Assert.Equal([KeyValuePair.Create("get@example.com", 12L), KeyValuePair.Create("links@example.com", 7L)],
            figures.Addresses);
        Assert.Equal(0, figures.Others);
        Assert.Equal(
            [
                KeyValuePair.Create("blocked", 4L), KeyValuePair.Create("over-quota", 4L),
                KeyValuePair.Create("spam", 3L),
            ], figures.Skipped);
        Assert.Equal(
            [
                KeyValuePair.Create("database", 2L), KeyValuePair.Create("send", 1L),
                KeyValuePair.Create("unexpected", 1L),
            ], figures.Deferred);
        Assert.Equal([KeyValuePair.Create("refused", 2L)], figures.Failed);
        Assert.Equal(1, figures.Exceptions);
        Assert.Equal(2, figures.UnmatchedLines);
        Assert.Equal((begin, begin.AddSeconds(40)), (figures.First, figures.Last));
    }

    [Theory]
    [InlineData(1, 1, 1, 1)]
    [InlineData(2, 1, 2, 2)]
    [InlineData(20, 10, 19, 20)]
    [InlineData(21, 11, 20, 21)]
    [InlineData(100, 50, 95, 100)]
    public void Percentiles_AreOfTheAnswered(int answered, long median, long percentile95, long maximum)
    {
        var log = new MadeLog().Skipped(SkipReason.Spam, 50).Deferred(Cause.Send, 50);
        // Slowest first, to show that the order does not matter.
        for (var ms = answered; ms > 0; ms--) log.Replied("get@example.com", ms: ms);

        var figures = log.Count();

        Assert.Equal((median, percentile95, maximum), (figures.MedianMs, figures.Percentile95Ms, figures.MaximumMs));
    }

    [Fact]
    public void BeyondTheLongestDeadline_TheMaximumIsStillExact()
    {
        var figures = new MadeLog().Replied("get@example.com", ms: 900_000).Replied("get@example.com", ms: 5_000_000)
            .Count();
        Assert.Equal((900_000, 5_000_000, 5_000_000), (figures.MedianMs, figures.Percentile95Ms, figures.MaximumMs));
    }

    [Fact]
    public void EmptyLog_HasNoTimes()
    {
        var figures = MadeLog.Count("");
        Assert.Equal((0, null, null, null, null),
            (figures.Answered, figures.First, figures.Last, figures.MedianMs, figures.MaximumMs));
    }

    [Fact]
    public void Hours_AreThoseOfTheHost()
    {
        var zone = TimeZoneInfo.CreateCustomTimeZone("3", TimeSpan.FromHours(3), "3", "3");
        var log = new MadeLog { Time = new(2026, 11, 21, 22, 59, 58, TimeSpan.FromHours(3)) };
        log.Replied("get@example.com", 5, replies: 2);
        log.Time = new(2026, 11, 22, 0, 0, 0, TimeSpan.FromHours(3));
        log.Replied("get@example.com").Skipped(SkipReason.Spam);

        var figures = MadeLog.Count(log.Text, zone: zone);

        var hours = figures.RepliesByHour;
        Assert.Equal((4, 6, 1, 11), (hours[22], hours[23], hours[0], hours.Sum()));
        Assert.Equal(("22:59:58+03:00", "00:00:01+03:00"),
            ($"{figures.First:HH:mm:ssK}", $"{figures.Last:HH:mm:ssK}"));
    }

    [Fact]
    public void LogWithoutEvents_IsAnotherLog()
    {
        var error = Assert.Throws<ResponderException>(() =>
            MadeLog.Count("2026-11-22T08:32:01+00:00 host mail_responder[1]: replied address=a@b replies=1 ms=9\n"));
        Assert.Equal(Cause.Input, error.Cause);
        Assert.EndsWith("holds no event; name the log of events, like /var/log/mail_responder-events.log",
            error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Span_TakesItsBeginAndNotItsEnd()
    {
        var log = new MadeLog().Replied("get@example.com", 10);
        var begin = new DateTimeOffset(2026, 11, 21, 0, 0, 0, TimeSpan.Zero);

        var figures = log.Count(begin.AddSeconds(3), begin.AddSeconds(7));

        Assert.Equal((4, begin.AddSeconds(3), begin.AddSeconds(6)), (figures.Answered, figures.First, figures.Last));
    }

    [Fact]
    public void BrokenLines_AreCountedAndSpoilNothing()
    {
        var good = new MadeLog().Replied("get@example.com").Text;
        var text = good + good[..60] + "\n" + new string('x', 300_000) + "\n" + good + "\0\u0001\ufffd\n"
            + new string('y', 131_072) + "\n" + good + new string('z', 131_071) + "\n" + good + "{\"time\":";

        var figures = MadeLog.Count(text);

        Assert.Equal((4, 6), (figures.Answered, figures.UnmatchedLines));
    }

    [Fact]
    public void LastLineWithoutAnEnd_Counts() =>
        Assert.Equal(2, MadeLog.Count(new MadeLog().Replied("get@example.com", 2).Text.TrimEnd('\n')).Answered);

    [Fact]
    public void LinesOfEveryLength_AreCutWhereTheyEnd()
    {
        var log = new MadeLog();
        for (var length = 1; length < 2000; length++) log.Replied(new string('a', length % 97 + 1) + "@example.com");
        Assert.Equal((1999, 0), (log.Count().Answered, log.Count().UnmatchedLines));
    }

    [Fact]
    public void ALogFullOfNames_NeedsNoMoreMemoryThanItsNames()
    {
        var log = new MadeLog();
        for (var i = 0; i < 12_000; i++) log.Replied($"a{i}@example.com");
        log.Replied("a0@example.com", 9);

        var figures = log.Count();

        Assert.Equal([KeyValuePair.Create("a0@example.com", 10L)], figures.Addresses);
        Assert.Equal((12_009, 11_999), (figures.Answered, figures.Others));
    }
}
