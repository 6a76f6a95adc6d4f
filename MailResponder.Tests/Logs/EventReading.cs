using System.Text;
using MailResponder.Incoming;
using MailResponder.Logs;

namespace MailResponder.Tests.Logs;

/// <summary>Reads back the lines of /var/log/mail_responder-events.log.</summary>
public sealed class EventReading
{
    private static readonly DateTimeOffset Time =
        new DateTimeOffset(2026, 11, 22, 8, 32, 1, TimeSpan.Zero).AddTicks(1_234_567);

    private static readonly string Whole = MessageLog.Event(LogLines.Replied, 37, Time);

    [Fact]
    public void Reply_IsReadBack()
    {
        var read = Read(Whole)!;
        Assert.Equal(
            new MessageEvent(Time, Result.Replied, null, "get@example.com", 2, 37, "4cR7T6", read.Receipts, null),
            read);
        Assert.Equal(["sendmail", "/var/out/a.eml"], read.Receipts);
    }

    [Theory]
    [InlineData(nameof(Result.Skipped), "over-quota")]
    [InlineData(nameof(Result.Deferred), "dkim-key")]
    [InlineData(nameof(Result.Failed), "refused")]
    [InlineData(nameof(Result.Probe), "database")]
    public void OtherResults_HaveTheirReason(string result, string reason)
    {
        var outcome = new Outcome(Enum.Parse<Result>(result))
        {
            Reason = reason,
            Problem = "\"result\":\"replied\" فارسی \u001b",
            QueueId = "3pT1",
        };

        var read = Read(MessageLog.Event(outcome, 1200, Time))!;

        Assert.Equal((outcome.Result, reason, "unknown", 0, 1200, "3pT1", "'result':'replied' فارسی  "),
            (read.Result, read.Reason!, read.Address, read.Replies, read.Ms, read.QueueId, read.Problem!));
    }

    /// <summary>An answer to an address that the book does not have; and a notice, which answers no request.</summary>
    [Fact]
    public void RepliesInPlaceOfSilence_AreReadBack()
    {
        var unknown = Outcome.Skipped(SkipReason.UnknownAddress) with { Result = Result.Replied, Receipts = ["a"] };
        var notice = Outcome.Skipped(SkipReason.OverQuota) with { Receipts = ["a"] };

        var read = ((Outcome[])[unknown, notice]).Select(outcome => Read(MessageLog.Event(outcome, 3, Time))!);

        Assert.Equal([(Result.Replied, "unknown-address", 1), (Result.Skipped, "over-quota", 1)],
            read.Select(line => (line.Result, line.Reason!, line.Replies)));
    }

    [Theory]
    [InlineData("2026-11-22T08:32:01Z", "2026-11-22T08:32:01.0000000+00:00")]
    [InlineData("2026-11-22T08:32:01.5-03:30", "2026-11-22T08:32:01.5000000-03:30")]
    public void EveryFormOfTime_IsTaken(string written, string read) =>
        Assert.Equal(read, Read(Changed("2026-11-22T08:32:01.1234567Z", written))!.Time
            .ToString("O", System.Globalization.CultureInfo.InvariantCulture));

    [Theory]
    [InlineData("2026-11-22T", "2026-13-22T")]
    [InlineData("2026-11-22T", "2026-02-30T")]
    [InlineData("T08:32:01.1234567Z", "T08:32:01+99:00")]
    [InlineData("2026-11-22T08:32:01.1234567Z", "Nov 22 08:32:01")]
    [InlineData("\"replied\"", "\"eaten\"")]
    [InlineData("\"replied\"", "\"0\"")]
    [InlineData("\"replied\"", "0")]
    [InlineData("\"replied\"", "null")]
    [InlineData("\"reason\":null", "\"reason\":\"odd\"")]
    [InlineData("\"reason\":null,", "")]
    [InlineData("\"replied\"", "\"skipped\"")]
    [InlineData("get@example.com", "")]
    [InlineData("\"replies\":2", "\"replies\":\"two\"")]
    [InlineData("\"replies\":2", "\"replies\":-2")]
    [InlineData("\"ms\":37", "\"ms\":-37")]
    [InlineData("\"ms\":37", "\"ms\":99999999999999999999")]
    [InlineData("[\"sendmail\"", "[null")]
    [InlineData("\"queue_id\":\"4cR7T6\"", "\"queue_id\":null")]
    [InlineData(",\"problem\":null}", "")] // cut off
    [InlineData("}", "} {}")]
    public void WhatIsNotAWholeEvent_IsNotRead(string part, string inItsPlace) =>
        Assert.Null(Read(Changed(part, inItsPlace)));

    [Theory]
    [InlineData("")]
    [InlineData("rubbish")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("2026-11-22T08:32:01.123456+00:00 host mail_responder[4711]: "
        + "replied address=a@b replies=1 ms=9 queue_id=-")]
    public void OtherLines_AreNotRead(string line) => Assert.Null(Read(line));

    [Fact]
    public void EveryReasonOfTheProgram_IsRead() =>
        Assert.All(Enum.GetValues<SkipReason>(), reason => Assert.Equal(reason.Hyphenated(),
            Read(MessageLog.Event(Outcome.Skipped(reason), 0, Time))!.Reason));

    private static string Changed(string part, string inItsPlace)
    {
        Assert.Contains(part, Whole, StringComparison.Ordinal);
        return Whole.Replace(part, inItsPlace, StringComparison.Ordinal);
    }

    private static MessageEvent? Read(string line) => MessageEvent.Read(Encoding.UTF8.GetBytes(line));
}
