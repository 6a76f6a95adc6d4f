using System.Text;
using MailResponder.Incoming;
using MailResponder.Logs;
using MailResponder.Statistics;

namespace MailResponder.Tests.Statistics;

/// <summary>An event log, made of outcomes as the filter reports them.</summary>
internal sealed class MadeLog
{
    private readonly StringBuilder _lines = new();

    /// <summary>The time of the next line. Each line is a second later than the one before.</summary>
    public DateTimeOffset Time { get; set; } = new(2026, 11, 21, 0, 0, 0, TimeSpan.Zero);

    public string Text => _lines.ToString();

    public MadeLog Replied(string address, int times = 1, long ms = 9, int replies = 1) => Add(times, ms,
        new Outcome(Result.Replied)
        {
            Address = address,
            Receipts = [.. Enumerable.Repeat("sendmail", replies)],
            QueueId = "4bXyz"
        });

    public MadeLog Skipped(SkipReason reason, int times = 1) => Add(times, 2, Outcome.Skipped(reason));

    public MadeLog Deferred(Cause cause, int times = 1, int replies = 0) => Add(times, 60_000,
        Outcome.Deferred(
        cause, "reason=spam address=a@b ms=1") with
        { Receipts = [.. Enumerable.Repeat("sendmail", replies)] });

    public MadeLog Failed(int times = 1) =>
        Add(times, 5, new Outcome(Result.Failed) { Reason = "refused", Problem = "entry 1: refused" });

    public MadeLog Probe(int times, string? reason = null) => Add(times, 9,
        new Outcome(Result.Probe)
        {
            Reason = reason,
            Address = "get@example.com",
            Receipts = ["sendmail"],
            QueueId = "4bXyz"
        });

    public MadeLog Line(string line)
    {
        _lines.Append(line).Append('\n');
        return this;
    }

    /// <summary>Counts the text as a log file is counted.</summary>
    public static MessageFigures Count(
        string text, DateTimeOffset? since = null, DateTimeOffset? until = null, int threshold = 5,
        TimeZoneInfo? zone = null)
    {
        using var folder = new TemporaryFolder();
        var counts = new MessageCounts(since, until, zone ?? TimeZoneInfo.Utc);
        LogFile.Count(folder.Write("log", text), counts);
        return counts.Figures(threshold);
    }

    public MessageFigures Count(DateTimeOffset? since = null, DateTimeOffset? until = null, int threshold = 5) =>
        Count(Text, since, until, threshold);

    private MadeLog Add(int times, long ms, Outcome outcome)
    {
        for (var i = 0; i < times; i++)
        {
            Line(MessageLog.Event(outcome, ms, Time));
            Time = Time.AddSeconds(1);
        }
        return this;
    }
}
