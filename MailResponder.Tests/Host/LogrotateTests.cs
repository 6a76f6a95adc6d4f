using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MailResponder.Logs;
using MailResponder.Tests.Mail;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.Host;

/// <summary>
/// Tests system/logrotate.d/mail_responder with a real logrotate and a real rsyslogd that keeps writing.
/// </summary>
public sealed partial class LogrotateTests : IDisposable
{
    private readonly PrivateRsyslogd _daemon = new();

    public void Dispose() => _daemon.Dispose();

    [Theory]
    [InlineData("root:root", "755")] // Debian
    [InlineData("root:adm", "775")] // Ubuntu: root:syslog, which logrotate refuses without "su"
    public async Task Rotation_LosesNoLine(string owner, string mode)
    {
        const int Messages = 6000;
        ToolRun.Of("chown", owner, _daemon.PathTo("logs")).AssertDone();
        ToolRun.Of("chmod", mode, _daemon.PathTo("logs")).AssertDone();
        var configuration = Configuration();
        var writer = Task.Run(() =>
        {
            for (var id = 1; id <= Messages; id++)
            {
                _daemon.Report(id, $"replied {id}");
                if (id % 20 == 0) Thread.Sleep(5);
            }
        });
        Patience.Until("the first lines", () => _daemon.Reports.Count > 0);
        for (var day = 1; day <= 3; day++)
        {
            Rotate(configuration);
            Thread.Sleep(300);
        }

        await writer;
        _daemon.Report(1, "last");
        _daemon.WaitForLine("mail_responder.log", "last");
        var all = ToolRun.Of("sh", "-c",
            "cd \"$1\" && zcat -f mail_responder.log.3.gz mail_responder.log.2.gz mail_responder.log.1 "
            + "mail_responder.log", "sh", _daemon.PathTo("logs"))
            .AssertDone();
        Assert.Equal(Enumerable.Range(1, Messages),
            Replied().Matches(all).Select(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void SevenDaysAreKept_YesterdayReadable_WithTheModeOfTheFirst()
    {
        _daemon.Report(1, "first");
        _daemon.WaitForLine("mail_responder.log", "first");
        var configuration = Configuration();
        for (var day = 1; day <= 9; day++) Rotate(configuration);

        var files = Directory.GetFiles(_daemon.PathTo("logs"), "mail_responder.log*").Select(Path.GetFileName)
            .Order(StringComparer.Ordinal);
        Assert.Equal(["mail_responder.log", "mail_responder.log.1",
            .. Enumerable.Range(2, 6).Select(day => $"mail_responder.log.{day}.gz")], files);
        Assert.Equal("root:adm 640\n",
            ToolRun.Of("stat", "-c", "%U:%G %a", _daemon.PathTo("logs/mail_responder.log.1")).AssertDone());
    }

    /// <summary>After the rotation the statistics run as the user mail_responder, who may read the log.</summary>
    [Fact]
    public void Statistics_AreMailedAfterTheRotation()
    {
        using var place = StatisticsPlace();
        place.Settings["statistics"] = new JsonObject { ["to"] = "ops@example.net" };
        place.Write();
        place.GiveTo("mail_responder");
        var outcome = new Outcome(Result.Replied) { Address = "get@example.com", Receipts = ["sendmail", "sendmail"] };
        var line = MessageLog.Event(outcome, 9, DateTimeOffset.UtcNow);
        _daemon.Send($"<142>Nov 22 10:00:00 mail_responder[1]: {line}");
        _daemon.WaitForLine("mail_responder-events.log", "\"problem\":null}");

        Assert.Equal("", Rotate(Configuration(place)));

        var mail = Assert.Single(ReadMail.All(place.Outbox));
        Assert.Equal("ops@example.net", mail["To"]);
        Assert.EndsWith(": 1 answered", mail["Subject"], StringComparison.Ordinal);
        Assert.Equal("mail_responder\n", ToolRun.Of("stat", "-c", "%U", place.Outbox[0]).AssertDone());
    }

    [Fact]
    public void WithoutStatisticsInTheSettings_NothingIsMailedOrSaid()
    {
        using var place = StatisticsPlace();
        place.GiveTo("mail_responder");
        _daemon.Report(1, "first");
        _daemon.WaitForLine("mail_responder.log", "first");

        Assert.Equal("", Rotate(Configuration(place)));

        Assert.Empty(place.Outbox);
    }

    [Fact]
    public void WithoutSettings_StatisticsAreNotTried()
    {
        using var place = StatisticsPlace();
        File.Delete(place.SettingsFile);
        _daemon.Report(1, "first");
        _daemon.WaitForLine("mail_responder.log", "first");

        Assert.Equal("", Rotate(Configuration(place)));
    }

    [GeneratedRegex(@": replied (\d+)\n")]
    private static partial Regex Replied();

    private string Rotate(string configuration) =>
        ToolRun.Of("logrotate", "--force", "--state", _daemon.PathTo("logrotate.state"), configuration).AssertDone();

    /// <summary>Makes a workplace with the published program, all of which mail_responder can reach.</summary>
    private static Workplace StatisticsPlace()
    {
        var place = new Workplace();
        Executable.Copy(ResponderProcess.Binary, place.PathTo("responder"));
        return place;
    }

    /// <summary>
    /// Returns the configuration with statistics of the private log, made by a workplace's program and settings.
    /// </summary>
    private string Configuration(Workplace place) => Configuration(text => text
        .Replace(
        "stats --email",
        $"stats --email --settings {place.SettingsFile} --log {_daemon.PathTo("logs/mail_responder-events.log.1")}",
        StringComparison.Ordinal)
        .Replace("/usr/local/bin/responder", place.PathTo("responder"), StringComparison.Ordinal)
        .Replace("/etc/mail_responder/settings.json", place.SettingsFile, StringComparison.Ordinal));

    /// <summary>
    /// Returns the tested file for the private folder of <see cref="_daemon"/>, on a host without systemd.
    /// </summary>
    private string Configuration(Func<string, string>? change = null)
    {
        var text = File.ReadAllText(Repository.PathTo("system", "logrotate.d", "mail_responder"))
            .Replace("/var/log/", _daemon.PathTo("logs/"), StringComparison.Ordinal)
            .Replace("/run/rsyslogd.pid", _daemon.PidFile, StringComparison.Ordinal)
            .Replace("/run/systemd/system", _daemon.PathTo("no-systemd"), StringComparison.Ordinal)
            .Replace("/usr/lib/rsyslog/rsyslog-rotate", "true", StringComparison.Ordinal);
        var path = _daemon.PathTo("logrotate.conf");
        File.WriteAllText(path, change is null ? text : change(text));
        File.SetUnixFileMode(path, (UnixFileMode)0x1A4); // 0644
        return path;
    }
}
