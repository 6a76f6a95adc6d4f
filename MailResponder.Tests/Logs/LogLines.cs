using MailResponder.Incoming;
using MailResponder.Logs;

namespace MailResponder.Tests.Logs;

public sealed class LogLines
{
    [Fact]
    public void Reply_NamesAddressRepliesTimeQueueIdAndReceipts() =>
        Assert.Equal("replied address=get@example.com replies=2 ms=37 queue_id=4cR7T6 receipts=sendmail,/var/out/a.eml",
            MessageLog.Line(Replied, 37));

    [Fact]
    public void Skip_NamesItsReason() =>
        Assert.Equal("skipped reason=over-quota address=unknown ms=0 queue_id=-",
            MessageLog.Line(Outcome.Skipped(SkipReason.OverQuota), 0));

    [Fact]
    public void Deferral_NamesCauseAndProblem() =>
        Assert.Equal(
            "deferred reason=dkim-key address=unknown replies=0 ms=1200 queue_id=- problem=\"DKIM key /k: does not "
            + "exist\"",
            MessageLog.Line(Outcome.Deferred(Cause.DkimKey, "DKIM key /k: does not exist"), 1200));

    [Fact]
    public void Failure_NamesWhatWasRefused() =>
        Assert.Equal("failed reason=refused address=unknown replies=0 ms=5 queue_id=- problem=\"entry 1: refused\"",
            MessageLog.Line(new Outcome(Result.Failed) { Reason = "refused", Problem = "entry 1: refused" }, 5));

    [Theory]
    [InlineData("a\r\nb", "a  b")]
    [InlineData("say \"no\"", "say 'no'")]
    [InlineData("\u001b[31mred\u0007", " [31mred ")]
    [InlineData("a\u2028b\u2029c\u0085d\0e", "a b c d e")]
    [InlineData("a\u009bb", "a b")]
    [InlineData("فارسی", "فارسی")]
    public void Problem_StaysOnItsLine(string problem, string shown) =>
        Assert.Equal($"deferred reason=send address=unknown replies=0 ms=1 queue_id=- problem=\"{shown}\"",
            MessageLog.Line(Outcome.Deferred(Cause.Send, problem), 1));

    [Fact]
    public void LongProblem_IsCut() =>
        Assert.EndsWith($"problem=\"{new string('x', 600)}…\"",
            MessageLog.Line(Outcome.Deferred(Cause.Send, new string('x', 5000)), 1), StringComparison.Ordinal);

    [Theory]
    [InlineData("\ud83d\ude00", "😀…")]
    [InlineData("\ud83d", "\ufffd…")]
    public void CharacterAtTheCut_StaysWhole(string character, string shown) =>
        Assert.EndsWith($"x{shown}\"",
            MessageLog.Line(Outcome.Deferred(Cause.Send, new string('x', 599) + character + "yyy"), 1),
            StringComparison.Ordinal);

    internal static Outcome Replied => new(Result.Replied)
    {
        Address = "get@example.com",
        QueueId = "4cR7T6",
        Receipts = ["sendmail", "/var/out/a.eml"],
    };
}
