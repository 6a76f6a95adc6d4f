using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.Host;

/// <summary>Tests what a real rsyslogd with rsyslog/20-mail_responder.conf does with the responder's lines.</summary>
public sealed partial class RsyslogTests
{
    /// <summary>Ubuntu 22.04 sets this for the whole host.</summary>
    private const string Reduction = "$RepeatedMsgReduction on";

    [Fact]
    public void LinesOfTheProgram_HaveFilesOfTheirOwn()
    {
        using var daemon = new PrivateRsyslogd();
        using var place = new Workplace();
        place.Settings["syslog_socket"] = daemon.Socket;
        place.Write();

        place.Filter(RequestMail.FromSomebodyNew()).AssertDone();
        place.Filter(RequestMail.FromSomebodyNew(), "--sender", "").AssertDone();
        daemon.WaitForLine("mail_responder-events.log", "\"problem\":null}");
        Patience.Until("two reports and two events", () => daemon.Reports.Count == 2 && daemon.Events.Count == 2);

        Assert.Matches(ReportLine(), daemon.Reports[0]);
        Assert.Contains(": skipped reason=null-sender address=", daemon.Reports[1], StringComparison.Ordinal);
        Assert.Equal(["replied", "skipped"], daemon.Events.Select(line => (string?)JsonNode.Parse(line)!["result"]));
        Assert.Empty(daemon.Syslog);
    }

    [Fact]
    public void LinesOfOthers_GoWhereTheyWent()
    {
        using var daemon = new PrivateRsyslogd();
        daemon.Send("<134>Nov 22 10:00:00 another[7]: on local0");
        daemon.Send("<142>Nov 22 10:00:00 another[7]: on local1");
        daemon.Send("<22>Nov 22 10:00:00 postfix/qmgr[7]: 4C1: from=<zahra@freemail.test>");
        daemon.Send("<19>Nov 22 10:00:00 another[7]: an error of facility mail");
        daemon.Send("<150>Nov 22 10:00:00 mail_responder[7]: on local2");
        daemon.WaitForLine("syslog", "on local2");

        Assert.Equal(3, daemon.Syslog.Count);
        Assert.Equal(2, daemon.MailLog.Count);
        Assert.Equal("root:adm 640\n", ToolRun.Of("stat", "-c", "%U:%G %a", daemon.Log("mail.log")).AssertDone());
        Assert.Empty(daemon.Reports);
        Assert.Empty(daemon.Events);
    }

    [Fact]
    public void Time_IsThatOfReceipt_InMicroseconds()
    {
        using var daemon = new PrivateRsyslogd();
        var before = DateTimeOffset.Now.AddMilliseconds(-1);
        daemon.Report(1, "last");
        var after = DateTimeOffset.Now.AddSeconds(5);
        daemon.WaitForLine("mail_responder.log", "last");

        var time = Assert.Single(daemon.Reports).Split(' ')[0];
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}([+-]\d\d:\d\d|Z)$", time);
        Assert.InRange(DateTimeOffset.Parse(time, CultureInfo.InvariantCulture), before, after);
    }

    [Fact]
    public void EqualLinesOfManyProcesses_AreAllKept()
    {
        const int Messages = 3000;
        using var daemon = new PrivateRsyslogd(Reduction);
        for (var id = 2; id < Messages + 2; id++)
        {
            daemon.Report(id, "replied address=get@example.com replies=1 ms=9 queue_id=- receipts=sendmail:5f0c6f4b");
            daemon.Send($$"""<142>Nov 22 10:00:00 mail_responder[{{id}}]: {"result":"replied"}""");
        }

        daemon.Report(1, "last");
        daemon.WaitForLine("mail_responder.log", "last");
        Patience.Until("all events", () => daemon.Events.Count >= Messages);
        Assert.Equal(Messages + 1, daemon.Reports.Count);
        Assert.Equal(Messages, daemon.Events.Count);
        Assert.DoesNotContain(daemon.Reports, line => line.Contains("repeated", StringComparison.Ordinal));
    }

    /// <summary>The control of the test above: it shows that the reduction is on.</summary>
    [Fact]
    public void EqualLinesOfOneProcess_AreReduced()
    {
        using var daemon = new PrivateRsyslogd(Reduction);
        for (var i = 0; i < 100; i++) daemon.Report(1, "same");
        daemon.Report(2, "last");
        daemon.WaitForLine("mail_responder.log", "last");

        Assert.Contains(daemon.Reports, line => line.Contains("message repeated 99 times", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", "root:adm")]
    [InlineData("$PrivDropToUser nobody\n$PrivDropToGroup adm", "nobody:adm")] // Ubuntu: syslog, a member of adm
    public void Logs_AreNotForEverybody(string privileges, string owner)
    {
        using var daemon = new PrivateRsyslogd(privileges, mount: "chown nobody \"$1\"");
        daemon.Report(1, "last");
        daemon.Send("<142>Nov 22 10:00:00 mail_responder[1]: {}");
        daemon.WaitForLine("mail_responder.log", "last");
        daemon.WaitForLine("mail_responder-events.log", "{}");

        foreach (var name in (string[])["mail_responder.log", "mail_responder-events.log"])
            Assert.Equal($"{owner} 640\n", ToolRun.Of("stat", "-c", "%U:%G %a", daemon.Log(name)).AssertDone());
    }

    [Fact]
    public void FullDisk_HoldsNobodyUp_AndIsForgottenWhenThereIsRoom()
    {
        using var daemon = new PrivateRsyslogd(mount: "mount -t tmpfs -o size=64k logs \"$1\"");
        var watch = Stopwatch.StartNew();
        for (var id = 1; id <= 5000; id++) daemon.Report(id, $"replied {id}");
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 20);
        Patience.Until("a full disk", () =>
            daemon.Errors.Contains("No space left on device", StringComparison.Ordinal));

        ToolRun.Of("nsenter", "--mount", "--target", File.ReadAllText(daemon.PidFile).Trim(), "mount", "-o",
            "remount,size=16m", daemon.PathTo("logs")).AssertDone();
        Patience.Until("a line after the disk had room again", () =>
        {
            daemon.Report(1, "room again");
            Thread.Sleep(200);
            return daemon.Reports.Any(line => line.EndsWith("room again", StringComparison.Ordinal));
        });
        Assert.InRange(daemon.Errors.Length, 1, 5_000_000); // one error per line, not thousands per second
        Assert.InRange(daemon.Reports.Count, 100, 6000);
    }

    [GeneratedRegex(@"^\S+ \S+ mail_responder\[\d+\]: replied address=get@example\.com replies=2 ms=\d+ "
        + @"queue_id=4bXyz receipts=\S+\.eml,\S+\.eml$")]
    private static partial Regex ReportLine();
}
