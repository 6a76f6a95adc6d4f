using MailResponder.Tests.Host;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.Metrics;

/// <summary>
/// Runs the published filter, a real rsyslogd and the published `metrics put` while the log is rotated.
/// </summary>
public sealed class RotatedLogTests
{
    [Fact]
    public void EveryReply_IsCountedOnce()
    {
        using var daemon = new PrivateRsyslogd();
        using var cloudWatch = new CloudWatchDouble();
        using var place = new MetricsPlace(cloudWatch);
        var log = daemon.PathTo("logs/mail_responder-events.log");
        place.Place.Settings["syslog_socket"] = daemon.Socket;
        place.Place.Write();
        place.Place.Filter(RequestMail.FromSomebodyNew()).AssertDone();
        Patience.Until("the first line", () => daemon.Events.Count == 1, () => daemon.Errors);
        Put();

        for (var i = 0; i < 9; i++)
        {
            place.Place.Filter(RequestMail.FromSomebodyNew(), "--recipient", "links@example.com").AssertDone();
            if (i == 2) File.Move(log, log + ".1"); // rsyslogd keeps writing to it
            if (i is 1 or 3) Put();
            if (i == 5) ToolRun.Of("kill", "-HUP", File.ReadAllText(daemon.PidFile).Trim()).AssertDone();
        }

        Patience.Until("all lines", () => (File.Exists(log + ".1") ? File.ReadAllLines(log + ".1").Length : 0)
            + (File.Exists(log) ? File.ReadAllLines(log).Length : 0) == 10, () => daemon.Errors);
        Put();
        Put();

        Assert.True(File.Exists(log + ".1") && File.Exists(log));
        Assert.Equal(9, cloudWatch.OfMail.Where(
            words => words.StartsWith("response_sent", StringComparison.Ordinal)
            && !words.Contains("Address=", StringComparison.Ordinal))
            .Sum(words => int.Parse(words.Split(' ')[2].Split('/')[1],
            System.Globalization.CultureInfo.InvariantCulture)));

        void Put()
        {
            var run = place.Place.Command("metrics", "put", "--log", log);
            Assert.True(run.ExitCode == 0, run.Errors);
        }
    }
}
