using System.Text;
using MailResponder.Incoming;
using MailResponder.Logs;

namespace MailResponder.Tests.Logs;

/// <summary>The lines of /var/log/mail_responder.log, read back.</summary>
public sealed class LogLineReading
{
    private const string Head = "2026-11-22T08:32:01.123456+00:00 host mail_responder[4711]: ";

    [Fact]
    public void Reply_IsReadBack() =>
        Assert.Equal(
            new LogLine(new DateTimeOffset(2026, 11, 22, 8, 32, 1, TimeSpan.Zero).AddTicks(1_234_560), Result.Replied,
            null,
                "get@example.com", 2, 37, "4cR7T6"),
            Read(Head + MessageLog.Line(LogLines.Replied, 37)));

    [Theory]
    [InlineData(nameof(Result.Skipped), "over-quota")]
    [InlineData(nameof(Result.Deferred), "dkim-key")]
    [InlineData(nameof(Result.Failed), "refused")]
    public void OtherResults_HaveTheirReason(string result, string reason)
    {
        var outcome = new Outcome(Enum.Parse<Result>(result))
        {
            Reason = reason,
            Problem = "address=somebody@example.net ms=5 queue_id=x",
            QueueId = "3pT1",
        };

        var read = Read(Head + MessageLog.Line(outcome, 1200))!.Value;

        Assert.Equal((outcome.Result, reason, "unknown", 0, 1200, "3pT1"),
            (read.Result, read.Reason!, read.Address, read.Replies, read.Ms, read.QueueId));
    }

    /// <summary>An address that the book does not know, answered; and a notice, which answers no request.</summary>
    [Fact]
    public void RepliesInPlaceOfSilence_AreReadBack()
    {
        var unknown = Outcome.Skipped(SkipReason.UnknownAddress) with { Result = Result.Replied, Receipts = ["a"] };
        var notice = Outcome.Skipped(SkipReason.OverQuota) with { Receipts = ["a"] };

        var read = ((Outcome[])[unknown, notice]).Select(outcome => Read(Head + MessageLog.Line(outcome, 3))!.Value);

        Assert.Equal([(Result.Replied, "unknown-address", 1), (Result.Skipped, "over-quota", 1)],
            read.Select(line => (line.Result, line.Reason!, line.Replies)));
    }

    [Theory]
    [InlineData("2026-11-22T08:32:01Z", "2026-11-22T08:32:01.0000000+00:00")]
    [InlineData("2026-11-22T08:32:01.5-03:30", "2026-11-22T08:32:01.5000000-03:30")]
    [InlineData("2026-12-31T23:59:60.123456789+01:00", "2026-12-31T23:59:59.1234567+01:00")]
    public void EveryFormOfTime_IsTaken(string written, string read) =>
        Assert.Equal(read, Read(written
            + " h mail_responder[1]: skipped reason=spam address=unknown ms=0 queue_id=-")!.Value
            .Time.ToString("O", System.Globalization.CultureInfo.InvariantCulture));

    [Theory]
    [InlineData("")]
    [InlineData(Head)]
    [InlineData("rubbish")]
    [InlineData(Head + "config pull: the book has a fault")]
    [InlineData(Head + "replied address=get@example.com replies=2 ms=9")] // cut off
    [InlineData(Head + "replied address=get@example.com replies=two ms=9 queue_id=-")]
    [InlineData(Head + "replied address=get@example.com replies=2 ms=-9 queue_id=-")]
    [InlineData(Head + "replied reason=odd address=get@example.com replies=2 ms=9 queue_id=-")]
    [InlineData(Head + "skipped address=get@example.com ms=9 queue_id=-")]
    [InlineData(Head + "eaten reason=spam address=get@example.com ms=9 queue_id=-")]
    [InlineData("2026-11-22T08:32:01+00:00 host postfix/smtpd[1]: replied address=a@b replies=1 ms=9 queue_id=-")]
    [InlineData(
        "2026-13-22T08:32:01+00:00 host mail_responder[1]: skipped reason=spam address=unknown ms=0 queue_id=-")]
    [InlineData(
        "2026-02-30T08:32:01+00:00 host mail_responder[1]: skipped reason=spam address=unknown ms=0 queue_id=-")]
    [InlineData(
        "2026-11-22T08:32:01+99:00 host mail_responder[1]: skipped reason=spam address=unknown ms=0 queue_id=-")]
    [InlineData("2026-11-22T08:32:01. host mail_responder[1]: skipped reason=spam address=unknown ms=0 queue_id=-")]
    [InlineData("Nov 22 08:32:01 host mail_responder[1]: skipped reason=spam address=unknown ms=0 queue_id=-")]
    public void WhatIsNotTheLineOfAMessage_IsNotRead(string line) => Assert.Null(Read(line));

    [Fact]
    public void EveryReasonOfTheProgram_IsRead() =>
        Assert.All(Enum.GetValues<SkipReason>(), reason =>
            Assert.Equal(reason.Hyphenated(), Read(Head + MessageLog.Line(Outcome.Skipped(reason), 0))!.Value.Reason));

    private static LogLine? Read(string line) =>
        LogLine.TryParse(Encoding.UTF8.GetBytes(line), out var parsed) ? parsed : null;
}
