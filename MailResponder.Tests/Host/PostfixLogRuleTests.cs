using System.Globalization;
using MailResponder.Reporting.PostfixLog;
using MailResponder.Tests.Postfix;
using MailResponder.Tests.PostfixLog;

namespace MailResponder.Tests.Host;

/// <summary>rsyslog/10-mail_responder-postfix-log.conf in a real rsyslogd, with the program as the reader.</summary>
[Collection("Postfix")]
public sealed class PostfixLogRuleTests
{
    const string Second = "yyyy-MM-ddTHH:mm:ssZ";

    [Fact]
    public void Lines_ReachTheReader_AndTheirOwnLogs()
    {
        using var place = new ReaderPlace();
        using var daemon = new PrivateRsyslogd(reader: place.Reader);
        daemon.Send("<134>Nov 22 10:00:00 mail_responder[9]: skipped reason=spam address=get@example.com ms=4 queue_id=4C1234");
        daemon.Send("<22>Nov 22 10:00:00 dovecot[5]: of another");
        ReaderPlace.SendRequest(daemon, 0xABCDE);
        place.WaitForRequests(daemon, 2);

        Assert.Equal(1, place.Number("SELECT count(*) FROM verdict WHERE reason = 'spam'"));
        daemon.WaitForLine("mail.log", "ABCDE: removed");
        daemon.WaitForLine("mail_responder.log", "queue_id=4C1234");
        Assert.Empty(daemon.Syslog);
        Assert.Equal("mail_responder\n", ToolRun.Of("stat", "-c", "%U", place.Database).AssertDone());
    }

    /// <summary>What was confirmed is kept, what was not comes again, and nothing counts twice.</summary>
    [Fact]
    public void ReaderThatIsKilledAgainAndAgain_LosesNothing()
    {
        const int Requests = 1500;
        using var place = new ReaderPlace();
        using var daemon = new PrivateRsyslogd(reader: place.Reader);
        for (var i = 0; i < Requests; i++)
        {
            ReaderPlace.SendRequest(daemon, 0x100000 + i);
            // rsyslogd takes some seconds to start it again.
            if (i % 500 == 250) Patience.Until("a reader to kill", place.KillReader, () => daemon.Errors);
        }

        place.WaitForRequests(daemon, Requests);
        Patience.Until("the last line", () => place.Number("SELECT count(*) FROM message WHERE removed IS NOT NULL") == Requests);
        Assert.Equal(Requests, place.Number("SELECT count(*) FROM message"));
        Assert.Equal(Requests, place.Number("SELECT count(*) FROM delivery"));
        Assert.Equal(Requests, place.Number("SELECT count(*) FROM message WHERE size = 700"));
    }

    /// <summary>While another process holds the database, neither those who log nor the other logs wait.</summary>
    [Fact]
    public void SlowReader_HoldsNobodyUp()
    {
        using var place = new ReaderPlace();
        using var daemon = new PrivateRsyslogd(reader: place.Reader);
        ReaderPlace.SendRequest(daemon, 0xA00000);
        place.WaitForRequests(daemon, 1);
        using (place.Hold())
        {
            for (var i = 0; i < 1000; i++) ReaderPlace.SendRequest(daemon, 0xB00000 + i);
            daemon.Report(1, "last");
            daemon.WaitForLine("mail_responder.log", "last");
            daemon.WaitForLine("mail.log", (0xB00000 + 999).ToString("X", CultureInfo.InvariantCulture) + ": removed");
            Assert.Equal(1, place.Number("SELECT count(*) FROM message"));
        }

        place.WaitForRequests(daemon, 1001);
    }

    /// <summary>The responder logs to rsyslogd itself; Postfix's log file is passed on line by line as it grows.</summary>
    [Theory]
    [InlineData("main-relay-domains.cf", "")]
    [InlineData("main.cf", "enable_long_queue_ids = yes")]
    public void LiveTraffic_IsReportedAsItWasSent(string sample, string more)
    {
        using var place = new ReaderPlace();
        using var daemon = new PrivateRsyslogd(reader: place.Reader);
        using var traffic = new MixedTraffic(sample, more, daemon.Socket);
        using (new LogForwarder(traffic.Postfix.PathTo("log/maillog"), daemon)) traffic.Send();
        daemon.Send("<22>Nov 22 10:00:00 postfix/smtpd[1]: FFFFFF: client=last");
        Patience.Until("the last line", () => place.Number("SELECT count(*) FROM message WHERE queue_id = 'FFFFFF'") == 1, () => daemon.Errors);

        traffic.AssertCounts(PostfixLogDatabase.Summarise(place.Database, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1))!);
        traffic.Place.Settings["postfix_log"]!["database"] = place.Database;
        traffic.Place.Write();
        var report = traffic.Place.Command("stats", "--json", "--log", daemon.PathTo("logs/mail_responder.log"),
            "--since", DateTimeOffset.UtcNow.AddHours(-1).ToString(Second, CultureInfo.InvariantCulture), "--until", DateTimeOffset.UtcNow.AddHours(1).ToString(Second, CultureInfo.InvariantCulture));
        Assert.True(report.ExitCode == 0, report.Errors);
        traffic.AssertReport(report.OutputText);
        MixedTraffic.AssertNobodyIsNamedIn(System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(place.Database)) + report.OutputText
            + string.Concat(daemon.Reports) + string.Concat(daemon.Events));
    }
}
