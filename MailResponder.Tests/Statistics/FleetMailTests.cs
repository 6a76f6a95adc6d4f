using System.Text;
using MailResponder.Store;
using MailResponder.Tests.Mail;
using MailResponder.Tests.Program;
using MailResponder.Tests.Store;
using static MailResponder.Tests.Statistics.FleetHosts;

namespace MailResponder.Tests.Statistics;

/// <summary>Which host of a fleet mails a day's report, and when.</summary>
[Collection(PrivateMariaDb.Collection)]
public sealed class FleetMailTests(PrivateMariaDb server) : IDisposable
{
    private readonly FleetHosts _hosts = new(server);

    public void Dispose() => _hosts.Dispose();

    [Fact]
    public void AllHostsTry_AndOneMails()
    {
        _hosts.PutDaysAgo(2, "mail1.example.com", "mail2.example.com");
        _hosts.LeaveOutYesterday();
        ResponderProcess[] all = [.. Enumerable.Range(0, 5).Select(i => _hosts.Start($"mail{i}.example.com"))];
        foreach (var running in all)
        {
            running.Feed([]);
            AssertDone(running.Finish());
            running.Dispose();
        }

        AssertDone(_hosts.Put("mail1.example.com"));
        var mail = Assert.Single(ReadMail.All(_hosts.Place.Outbox));
        Assert.Equal("ops@example.net", mail["To"]);
        Assert.Equal($"Mail responder on 2 host(s), {Day(DateTimeOffset.UtcNow.AddDays(-2))} (UTC): 40 answered",
            mail["Subject"]);
        Assert.True(mail.IsSignedByUs);
        Assert.Contains("mail2.example.com", Encoding.UTF8.GetString(mail.Content("text/plain")),
            StringComparison.Ordinal);
    }

    [Fact]
    public void HostThatIsKilledWhileItMails_IsFollowedByAnother()
    {
        _hosts.PutDaysAgo(3, "mail1.example.com");
        _hosts.PutDaysAgo(2, "mail1.example.com");
        _hosts.LeaveOutYesterday();
        _hosts.Place.SendThrough("""
            cat >"$here/mail.$$"
            [ -e "$here/quick" ] || { : >"$here/begun"; exec sleep 60; }
            """);
        using (var running = _hosts.Start("mail1.example.com"))
        {
            running.Feed([]);
            Patience.Until("the mail is being sent", () => File.Exists(_hosts.Place.PathTo("begun")));
            running.Kill();
            running.Finish();
        }

        File.WriteAllText(_hosts.Place.PathTo("quick"), "");
        foreach (var file in Directory.GetFiles(_hosts.Place.Folder, "mail.*"))
            File.Delete(file);
        // Until its time is over it is not known that it died. The other day does not wait for it.
        AssertDone(_hosts.Put("mail2.example.com"));
        Assert.Single(Directory.GetFiles(_hosts.Place.Folder, "mail.*"));
        _hosts.Sql($"UPDATE {_hosts.Database}.mailed_day SET taken_until = taken_until - 3600");
        for (var i = 0; i < 2; i++)
            AssertDone(_hosts.Put("mail2.example.com"));

        Assert.Equal(2, Directory.GetFiles(_hosts.Place.Folder, "mail.*").Length);
    }

    [Fact]
    public void MailThatCannotBeSent_IsTriedAgainAfterAnHour()
    {
        _hosts.PutDaysAgo(2, "mail1.example.com");
        _hosts.Place.SendThrough("exit 75");
        Assert.Equal(75, _hosts.Put("mail1.example.com").ExitCode);
        _hosts.Place.SendThrough("cat >\"$here/mail\"");
        AssertDone(_hosts.Put("mail1.example.com"));
        Assert.False(File.Exists(_hosts.Place.PathTo("mail")));
        _hosts.Sql($"UPDATE {_hosts.Database}.mailed_day SET taken_until = taken_until - 3600");
        AssertDone(_hosts.Put("mail1.example.com"));
        Assert.True(File.Exists(_hosts.Place.PathTo("mail")));
    }

    /// <summary>Garbage from an attacker who can write to the database causes no mail.</summary>
    [Fact]
    public void DayWithoutAReadableRow_IsNotMailed()
    {
        var today = HostDays.DayOf(DateTimeOffset.UtcNow);
        HostDays.Open(_hosts.Settings, _hosts.Clock).Dispose();
        _hosts.LeaveOutYesterday();
        _hosts.Sql($"INSERT INTO {_hosts.Database}.host_day VALUES ({today - 3}, 'x', 'y'), "
            + $"({today - 2}, 'x', REPEAT('y', 16412))");
        _hosts.Write("mail1", new MadeLog { Time = Noon }.Replied("get@example.com", 5));

        var run = _hosts.Put("mail1");

        Assert.Empty(_hosts.Place.Outbox);
        Assert.StartsWith("responder: no row for ", Assert.Single(run.Errors.TrimEnd('\n').Split('\n')),
            StringComparison.Ordinal);
        Assert.Equal(["0"], _hosts.Sql(
            $"SELECT COUNT(*) FROM {_hosts.Database}.mailed_day WHERE done = 1 AND day < {today - 1}"));
        // Nothing happens until another host may try again.
        AssertDone(_hosts.Put("mail1"));
    }

    [Fact]
    public void HostOfAFleet_MailsNoReportOfItsOwn()
    {
        var run = _hosts.Place.Command("stats", "--email");
        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith("no mail: the hosts that share the database", run.OutputText, StringComparison.Ordinal);
        Assert.Empty(_hosts.Place.Outbox);
    }

    [Fact]
    public void Sqlite_IsNoFleet()
    {
        using var place = new Workplace();
        var shown = place.Command("stats", "--fleet");
        Assert.Equal(78, shown.ExitCode);
        Assert.Contains("belongs to this host alone; the hosts of a fleet share one in MySQL or MariaDB "
            + "(docs/fleet.md)", shown.Errors, StringComparison.Ordinal);
        // Cron's line is on every host, but prints nothing there.
        var cron = place.Command("stats", "--fleet", "--email");
        Assert.Equal((0, ""), (cron.ExitCode, cron.Errors));
    }

    [Fact]
    public void WithoutStatisticsInTheSettings_FiguresAreKeptAndNothingIsMailed()
    {
        _hosts.PutDaysAgo(2, "mail1.example.com");
        _hosts.Place.Settings.Remove("statistics");
        _hosts.Place.Write();
        _hosts.Write("mail1.example.com", new MadeLog { Time = Noon }.Replied("get@example.com", 20));

        AssertDone(_hosts.Put("mail1.example.com"));

        Assert.Empty(_hosts.Place.Outbox);
        Assert.Equal(20, (int)_hosts.Json(DateTimeOffset.UtcNow)["messages"]!["answered"]!);
    }
}
