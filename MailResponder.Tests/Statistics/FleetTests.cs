using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using MailResponder.Incoming;
using MailResponder.PostfixLog;
using MailResponder.Settings;
using MailResponder.Statistics;
using MailResponder.Store;
using MailResponder.Store.MySql;
using MailResponder.Tests.Mail;
using MailResponder.Tests.Program;
using MailResponder.Tests.Store;

namespace MailResponder.Tests.Statistics;

/// <summary>One report of several hosts, each with a log of its own, which share a MariaDB server.</summary>
[Collection(PrivateMariaDb.Collection)]
public sealed class FleetTests : IDisposable
{
    private const string Key = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
    private static readonly DateTimeOffset Midnight = new(2026, 11, 22, 0, 0, 0, TimeSpan.Zero);
    private readonly PrivateMariaDb _server;
    private readonly MySqlSettings _database;
    private readonly Workplace _place = new();
    private readonly FixedClock _clock = new(Midnight.AddHours(-1));

    public FleetTests(PrivateMariaDb server)
    {
        _server = server;
        _database = server.NewDatabase();
        _place.WriteSecret("address.key", Key + "\n");
        _place.Settings["database"] = new JsonObject
        {
            ["mysql"] = new JsonObject
            {
                ["socket"] = server.Socket,
                ["user"] = _database.User,
                ["password_file"] = _database.PasswordFile,
                ["database"] = _database.Database,
            },
        };
        _place.Settings["statistics"] = new JsonObject { ["to"] = "ops@example.net" };
        _place.Write();
    }

    private ResponderSettings Settings => SettingsFile.Load(_place.SettingsFile);

    public void Dispose() => _place.Dispose();

    /// <summary>Three hosts with four each are twelve, and nothing of what is below five shows: in none of them.</summary>
    [Fact]
    public void Threshold_AppliesToTheSumOfAllHosts()
    {
        var today = Noon;
        string[] hosts = ["mail1.example.com", "mail2.example.com", "mail3.example.com"];
        foreach (var host in hosts)
        {
            var log = new MadeLog { Time = today };
            log.Replied("get@example.com", 20).Replied("fa@example.com", 4).Skipped(SkipReason.Spam, 2);
            if (host == hosts[1])
                log.Replied("links@example.com", 3);
            Write(host, log);
            AssertDone(Put(host));
        }

        var report = Json(today);
        Assert.Equal((75, 6), ((int)report["messages"]!["answered"]!, (int)report["messages"]!["skipped"]!["spam"]!));
        // The three of links@ need company, so that nobody can tell them by the total.
        Assert.Equal(["get@example.com"], report["messages"]!["addresses"]!.AsObject().Select(one => one.Key));
        Assert.Equal(15, (int)report["messages"]!["others"]!);
        Assert.Equal(hosts, report["hosts"]!.AsArray().Select(host => (string)host!["host"]!));
        Assert.Equal([24, 27, 24], report["hosts"]!.AsArray().Select(host => (int)host!["answered"]!));

        Write("mail3.example.com", new MadeLog { Time = today }.Replied("get@example.com", 20)
            .Replied("fa@example.com", 4).Replied("links@example.com", 2));
        AssertDone(Put("mail3.example.com"));
        Assert.Equal(["get@example.com", "fa@example.com", "links@example.com"],
            Json(today)["messages"]!["addresses"]!.AsObject().Select(one => one.Key));
        var text = Stats("--since", Day(today)).OutputText;
        Assert.StartsWith($"Mail responder on 3 host(s), {Day(today)} (UTC)\n", text, StringComparison.Ordinal);
        Assert.Contains("  fa@example.com                     12 ", text, StringComparison.Ordinal);
        Assert.Contains("  mail2.example.com                  27 answered, 2 not, 0 deferred, 0 failed, median 9 ms, ",
            text, StringComparison.Ordinal);
        Assert.Equal(0, Stats("--since", Day(today), "--html", _place.PathTo("report.html")).ExitCode);
        Assert.Contains("mail2.example.com", File.ReadAllText(_place.PathTo("report.html")), StringComparison.Ordinal);
    }

    [Fact]
    public void Database_ShowsNeitherNameNorNumber()
    {
        Write("mail1.example.com", new MadeLog { Time = Noon }.Replied("get@example.com", 20));
        AssertDone(Put("mail1.example.com"));

        var rows = Rows();
        // Until two o'clock there are two.
        Assert.NotEmpty(rows);
        foreach (var text in (string[])["example", "get@", "mail1", "answered", "addresses"])
            Assert.DoesNotContain(rows, row => row.Split(' ')[1].Contains(
                Convert.ToHexString(Encoding.UTF8.GetBytes(text)), StringComparison.Ordinal));
        // The same figures look different each time.
        AssertDone(Put("mail1.example.com"));
        Assert.Empty(rows.Intersect(Rows()));

        IReadOnlyList<string> Rows() => _server.AsAdministrator(
            $"SELECT CONCAT(HEX(host), ' ', HEX(figures)) FROM {_database.Database}.host_day");
    }

    /// <summary>
    /// A message more, for an address that nobody else asked: who keeps all rows, as a binlog does, must not see it.
    /// </summary>
    [Fact]
    public void LengthOfARow_TellsNothing()
    {
        var log = new MadeLog { Time = Midnight.AddHours(-8) }.Replied("get@example.com", 20);
        var lengths = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            Write("mail1", log.Replied($"rare{i}@example.com", ms: 123 * (i + 1)));
            Put(_clock.Now, "mail1", "mail1");
            lengths.AddRange(_server.AsAdministrator($"SELECT LENGTH(figures) FROM {_database.Database}.host_day"));
        }

        Assert.Equal(["16412", "16412", "16412"], lengths);
    }

    /// <summary>Whoever can write to the database and has no key can take figures away, and not make any.</summary>
    [Fact]
    public void RowOfAnotherDayOrHost_IsNotBelieved()
    {
        _place.Settings.Remove("statistics");
        _place.Write();
        var now = Noon;
        Write("mail1", new MadeLog { Time = now }.Replied("get@example.com", 20));
        AssertDone(Put("mail1"));
        var table = _database.Database + ".host_day";
        _server.AsAdministrator(
            $"INSERT INTO {table} SELECT day, REVERSE(host), figures FROM {table}; "
            + $"INSERT INTO {table} SELECT day - 1, host, figures FROM {table} LIMIT 1; "
            + $"INSERT INTO {table} VALUES ({HostDays.DayOf(now)}, 'x', 'y')");

        var report = Json(now.AddDays(-1));

        Assert.Equal(20, (int)report["messages"]!["answered"]!);
        Assert.StartsWith("3 row(s) of hosts could not be read", (string)report["problems"]!["hosts"]!,
            StringComparison.Ordinal);
    }

    [Fact]
    public void AllHostsTry_AndOneMails()
    {
        PutDaysAgo(2, "mail1.example.com", "mail2.example.com");
        LeaveOutYesterday();
        ResponderProcess[] all = [.. Enumerable.Range(0, 5).Select(i => Start($"mail{i}.example.com"))];
        foreach (var running in all)
        {
            running.Feed([]);
            AssertDone(running.Finish());
            running.Dispose();
        }

        AssertDone(Put("mail1.example.com"));
        var mail = Assert.Single(ReadMail.All(_place.Outbox));
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
        PutDaysAgo(3, "mail1.example.com");
        PutDaysAgo(2, "mail1.example.com");
        LeaveOutYesterday();
        _place.SendThrough("cat >\"$here/mail.$$\"; [ -e \"$here/quick\" ] || { : >\"$here/begun\"; exec sleep 60; }");
        using (var running = Start("mail1.example.com"))
        {
            running.Feed([]);
            Patience.Until("the mail is being sent", () => File.Exists(_place.PathTo("begun")));
            running.Kill();
            running.Finish();
        }

        File.WriteAllText(_place.PathTo("quick"), "");
        foreach (var file in Directory.GetFiles(_place.Folder, "mail.*"))
            File.Delete(file);
        // Until its time is over nobody knows that it died; the other day does not wait for it.
        AssertDone(Put("mail2.example.com"));
        Assert.Single(Directory.GetFiles(_place.Folder, "mail.*"));
        _server.AsAdministrator($"UPDATE {_database.Database}.mailed_day SET taken_until = taken_until - 3600");
        for (var i = 0; i < 2; i++)
            AssertDone(Put("mail2.example.com"));

        Assert.Equal(2, Directory.GetFiles(_place.Folder, "mail.*").Length);
    }

    [Fact]
    public void MailThatCannotBeSent_IsTriedAgainAfterAnHour()
    {
        PutDaysAgo(2, "mail1.example.com");
        _place.SendThrough("exit 75");
        Assert.Equal(75, Put("mail1.example.com").ExitCode);
        _place.SendThrough("cat >\"$here/mail\"");
        AssertDone(Put("mail1.example.com"));
        Assert.False(File.Exists(_place.PathTo("mail")));
        _server.AsAdministrator($"UPDATE {_database.Database}.mailed_day SET taken_until = taken_until - 3600");
        AssertDone(Put("mail1.example.com"));
        Assert.True(File.Exists(_place.PathTo("mail")));
    }

    /// <summary>
    /// A day is one of UTC, whatever zone a host is in. After midnight the day before is counted once more.
    /// </summary>
    [Fact]
    public void Midnight_DividesTheMessages()
    {
        var log = new MadeLog { Time = Midnight.AddSeconds(-7).ToOffset(TimeSpan.FromHours(3)) };
        Write("mail1", log.Replied("get@example.com", 5));
        Put(_clock.Now, "mail1", "mail1");
        Write("mail1", log.Replied("get@example.com", 5));
        using var days = HostDays.Open(Settings, _clock);
        var fleet = new Fleet(Settings, days, _clock);
        _clock.Now = Midnight.AddMinutes(10);
        Put(_clock.Now, "mail1", "mail1");
        var yesterday = HostDays.DayOf(Midnight) - 1;

        Assert.Equal((7, 3, 10), (Answered(yesterday, yesterday + 1), Answered(yesterday + 1, yesterday + 2),
            Answered(yesterday, yesterday + 2)));
        // The other hosts still count, so nobody mails yet.
        Assert.Empty(fleet.Due());
        _clock.Now = Midnight.AddMinutes(30);
        Assert.Equal([yesterday], fleet.Due());

        long Answered(long first, long end) => fleet.Report(first, end, "").Messages.Answered;
    }

    /// <summary>A rotated log counts with the present one; one that is gone takes nothing away.</summary>
    [Fact]
    public void RotatedLog_CountsToo()
    {
        var log = new MadeLog { Time = Midnight.AddHours(-8) };
        Write("mail1", log.Replied("get@example.com", 5));
        File.Move(_place.PathTo("mail1.log"), _place.PathTo("mail1.log.1"));
        Write("mail1", new MadeLog { Time = log.Time }.Replied("get@example.com", 4));
        Put(_clock.Now, "mail1", "mail1");
        using var days = HostDays.Open(Settings, _clock);
        var fleet = new Fleet(Settings, days, _clock);
        var day = HostDays.DayOf(_clock.Now);
        Assert.Equal(9, fleet.Report(day, day + 1, "").Messages.Answered);

        File.Delete(_place.PathTo("mail1.log.1"));
        Put(_clock.Now, "mail1", "mail1");
        Assert.Equal(9, fleet.Report(day, day + 1, "").Messages.Answered);
    }

    /// <summary>Two hosts with one name are two; the figures of one that was terminated stay for two weeks.</summary>
    [Fact]
    public void Hosts_AreKnownByInstanceToo()
    {
        Write("a", new MadeLog { Time = Midnight.AddHours(-8) }.Replied("get@example.com", 5));
        Write("b", new MadeLog { Time = Midnight.AddHours(-8) }.Replied("get@example.com", 6));
        Put(_clock.Now, "a", "mail.example.com", "i-1");
        Put(_clock.Now, "b", "mail.example.com", "i-2");
        using var days = HostDays.Open(Settings, _clock);
        var day = HostDays.DayOf(_clock.Now);

        var report = new Fleet(Settings, days, _clock).Report(day, day + 1, "");
        Assert.Equal(["mail.example.com (i-1)", "mail.example.com (i-2)"], report.Hosts!.Select(host => host.Label));
        Assert.Equal(11, report.Messages.Answered);

        _clock.Now = _clock.Now.AddDays(HostDays.DaysKept);
        Put(_clock.Now, "a", "mail.example.com", "i-1");
        Assert.Equal(3, days.Read(0, day + 20).Count);
        _clock.Now = _clock.Now.AddDays(1);
        Put(_clock.Now, "a", "mail.example.com", "i-1");
        Assert.Equal(2, days.Read(0, day + 20).Count);
    }

    /// <summary>A host that gets another name counted the same messages under the former one.</summary>
    [Theory]
    [InlineData("i-1")]
    [InlineData(null)]
    public void HostWithANewName_IsTheSame(string? instance)
    {
        Write("a", new MadeLog { Time = Midnight.AddHours(-8) }.Replied("get@example.com", 5));
        using var days = HostDays.Open(Settings, _clock);
        var fleet = new Fleet(Settings, days, _clock);
        foreach (var name in (string[])["localhost", "mail.example.com"])
            fleet.Put(Fleet.Count(_place.PathTo("a.log"), Settings, (name, instance, _clock.Now)));
        var day = HostDays.DayOf(_clock.Now);

        var report = fleet.Report(day, day + 1, "");

        Assert.Equal(5, report.Messages.Answered);
        Assert.Equal("mail.example.com", Assert.Single(report.Hosts!).Host);
    }

    /// <summary>The database of Postfix's log may be locked when the day is counted for the last time.</summary>
    [Fact]
    public void PostfixLogThatCannotBeReadOnce_TakesNothingAway()
    {
        Write("a", new MadeLog { Time = Midnight.AddHours(-8) }.Replied("get@example.com", 5));
        using var days = HostDays.Open(Settings, _clock);
        var fleet = new Fleet(Settings, days, _clock);
        var day = HostDays.DayOf(_clock.Now);
        var told = Fleet.Count(_place.PathTo("a.log"), Settings, ("mail1", "i-1", _clock.Now));
        told[^1] = told[^1] with
        {
            Postfix = new() { Received = 9, Answered = 8, Outcomes = [new("gmail.com", 7, 0, 1, 0, 0)] },
        };
        fleet.Put(told);
        Write("a", new MadeLog { Time = Midnight.AddHours(-8) }.Replied("get@example.com", 6));

        for (var i = 0; i < 2; i++)
            Put(_clock.Now, "a", "mail1", "i-1");

        var report = fleet.Report(day, day + 1, "");
        Assert.Equal((6, 9, 8), (report.Messages.Answered, report.Postfix!.Received, report.Postfix.Answered));
        Assert.Equal([new("gmail.com", 7, 0, 1, 0, 0)], report.Postfix.Outcomes);
        Assert.Equal((9, 8), (report.Postfix.Trend[^1].Received, report.Postfix.Trend[^1].Answered));
    }

    /// <summary>Garbage by somebody who can write to the database makes no mails.</summary>
    [Fact]
    public void DayWithoutAReadableRow_IsNotMailed()
    {
        var today = HostDays.DayOf(DateTimeOffset.UtcNow);
        HostDays.Open(Settings, _clock).Dispose();
        LeaveOutYesterday();
        _server.AsAdministrator($"INSERT INTO {_database.Database}.host_day VALUES ({today - 3}, 'x', 'y'), "
            + $"({today - 2}, 'x', REPEAT('y', 16412))");
        Write("mail1", new MadeLog { Time = Noon }.Replied("get@example.com", 5));

        var run = Put("mail1");

        Assert.Empty(_place.Outbox);
        Assert.StartsWith("responder: no row of ", Assert.Single(run.Errors.TrimEnd('\n').Split('\n')),
            StringComparison.Ordinal);
        Assert.Equal(["0"], _server.AsAdministrator(
            $"SELECT COUNT(*) FROM {_database.Database}.mailed_day WHERE done = 1 AND day < {today - 1}"));
        // Not until somebody may try again.
        AssertDone(Put("mail1"));
    }

    /// <summary>The key changes at midnight, and hosts do not change it at the same moment.</summary>
    [Fact]
    public void ChangedKey_KeepsTheFiguresReadable()
    {
        Write("a", new MadeLog { Time = Midnight.AddHours(-8) }.Replied("get@example.com", 5));
        Put(_clock.Now, "a", "mail1");
        AddressKey.Change(Settings.AddressKeyFile, _clock.Now);
        using (var store = RequesterStore.Open(Settings, TimeSpan.FromSeconds(20)))
            store.Reset(_clock.Now);
        Put(_clock.Now, "a", "mail1");
        Write("a", new MadeLog { Time = Midnight.AddHours(-8) }.Replied("get@example.com", 6));
        Put(_clock.Now, "a", "mail2");

        using var days = HostDays.Open(Settings, _clock);
        var day = HostDays.DayOf(_clock.Now);
        Assert.Equal(11, new Fleet(Settings, days, _clock).Report(day, day + 1, "").Messages.Answered);
    }

    /// <summary>A clock that is far ahead would delete all hosts' figures.</summary>
    [Fact]
    public void WrongClock_ChangesNothing()
    {
        using var days = HostDays.Open(Settings, _clock);
        days.CheckClock(DateTimeOffset.UtcNow.AddMinutes(5));
        Assert.Contains("differ by", Assert.Throws<ResponderException>(() =>
            days.CheckClock(DateTimeOffset.UtcNow.AddMinutes(-11))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void HostOfAFleet_MailsNoReportOfItsOwn()
    {
        var run = _place.Command("stats", "--email");
        Assert.Equal(0, run.ExitCode);
        Assert.StartsWith("no mail: the hosts with the database", run.OutputText, StringComparison.Ordinal);
        Assert.Empty(_place.Outbox);
    }

    [Fact]
    public void Sqlite_IsNoFleet()
    {
        using var place = new Workplace();
        var shown = place.Command("stats", "--fleet");
        Assert.Equal(78, shown.ExitCode);
        Assert.Contains("is of this host alone; a fleet's hosts share one in MySQL or MariaDB (docs/fleet.md)",
            shown.Errors, StringComparison.Ordinal);
        // Cron's line is on every host, and says nothing there.
        var cron = place.Command("stats", "--fleet", "--email");
        Assert.Equal((0, ""), (cron.ExitCode, cron.Errors));
    }

    [Fact]
    public void WithoutStatisticsInTheSettings_FiguresAreKeptAndNothingIsMailed()
    {
        PutDaysAgo(2, "mail1.example.com");
        _place.Settings.Remove("statistics");
        _place.Write();
        Write("mail1.example.com", new MadeLog { Time = Noon }.Replied("get@example.com", 20));

        AssertDone(Put("mail1.example.com"));

        Assert.Empty(_place.Outbox);
        Assert.Equal(20, (int)Json(DateTimeOffset.UtcNow)["messages"]!["answered"]!);
    }

    private static void AssertDone(ProgramRun run) => Assert.Equal((0, ""), (run.ExitCode, run.Errors));

    /// <summary>Of today: a log of a few messages is of one day then, whenever the test runs.</summary>
    private static DateTimeOffset Noon => new(DateTimeOffset.UtcNow.Date.AddHours(12), TimeSpan.Zero);

    private static string Day(DateTimeOffset time) => $"{time.UtcDateTime:yyyy-MM-dd}";

    private void Write(string host, MadeLog log) => File.WriteAllText(_place.PathTo(host + ".log"), log.Text);

    /// <summary>As cron does, on a host of that name.</summary>
    private ProgramRun Put(string host)
    {
        using var running = Start(host);
        running.Feed([]);
        return running.Finish();
    }

    private ResponderProcess Start(string host)
    {
        File.WriteAllText(_place.PathTo(host + ".id"), Convert.ToHexStringLower(
            SHA256.HashData(Encoding.UTF8.GetBytes(host)))[..32]);
        return ResponderProcess.Start($"exec unshare --uts --mount sh -c 'hostname {host}; "
            + $"mount --bind {_place.PathTo(host + ".id")} /etc/machine-id; exec \"$@\"' sh \"$@\"",
            "stats", "--fleet", "--email", "--log", _place.PathTo(host + ".log"), "--settings", _place.SettingsFile);
    }

    /// <summary>The same at another time, on an instance of that name.</summary>
    private void Put(DateTimeOffset now, string log, string host, string? instance = null)
    {
        using var days = HostDays.Open(Settings, _clock);
        new Fleet(Settings, days, _clock).Put(
            Fleet.Count(_place.PathTo(log + ".log"), Settings, (host, instance ?? host, now)));
    }

    /// <summary>In the first hours of a day each host counts it once more, and from half past on it is mailed.</summary>
    private void LeaveOutYesterday() => _server.AsAdministrator(
        $"INSERT INTO {_database.Database}.mailed_day VALUES ({HostDays.DayOf(DateTimeOffset.UtcNow) - 1}, 0, 1)");

    private void PutDaysAgo(int count, params string[] hosts)
    {
        foreach (var host in hosts)
        {
            _clock.Now = DateTimeOffset.UtcNow.Date.AddDays(-count).AddHours(12);
            Write(host, new MadeLog { Time = _clock.Now }.Replied("get@example.com", 20));
            Put(_clock.Now, host, host);
            File.Delete(_place.PathTo(host + ".log"));
        }
    }

    private ProgramRun Stats(params string[] more) => _place.Command(["stats", "--fleet", .. more]);

    private JsonNode Json(DateTimeOffset since)
    {
        var run = Stats("--json", "--since", Day(since));
        Assert.True(run.ExitCode == 0, run.Errors);
        return JsonNode.Parse(run.Output)!;
    }
}
