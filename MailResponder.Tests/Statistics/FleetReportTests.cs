using System.Text;
using MailResponder.Incoming;
using MailResponder.PostfixLog;
using MailResponder.Statistics;
using MailResponder.Store;
using MailResponder.Tests.Store;
using static MailResponder.Tests.Statistics.FleetHosts;

namespace MailResponder.Tests.Statistics;

/// <summary>What a fleet's report counts, and what its hosts store about it in their database.</summary>
[Collection(PrivateMariaDb.Collection)]
public sealed class FleetReportTests(PrivateMariaDb server) : IDisposable
{
    private readonly FleetHosts _hosts = new(server);

    public void Dispose() => _hosts.Dispose();

    /// <summary>
    /// Three hosts with four requests each make twelve. Nothing below five in the sum of all hosts is shown.
    /// </summary>
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
            _hosts.Write(host, log);
            AssertDone(_hosts.Put(host));
        }

        var report = _hosts.Json(today);
        Assert.Equal((75, 6), ((int)report["messages"]!["answered"]!, (int)report["messages"]!["skipped"]!["spam"]!));
        // The three of links@ are merged with others, so that they cannot be computed from the total.
        Assert.Equal(["get@example.com"], report["messages"]!["addresses"]!.AsObject().Select(one => one.Key));
        Assert.Equal(15, (int)report["messages"]!["others"]!);
        Assert.Equal(hosts, report["hosts"]!.AsArray().Select(host => (string)host!["host"]!));
        Assert.Equal([24, 27, 24], report["hosts"]!.AsArray().Select(host => (int)host!["answered"]!));

        _hosts.Write("mail3.example.com", new MadeLog { Time = today }.Replied("get@example.com", 20)
            .Replied("fa@example.com", 4).Replied("links@example.com", 2));
        AssertDone(_hosts.Put("mail3.example.com"));
        Assert.Equal(["get@example.com", "fa@example.com", "links@example.com"],
            _hosts.Json(today)["messages"]!["addresses"]!.AsObject().Select(one => one.Key));
        var text = _hosts.Stats("--since", Day(today)).OutputText;
        Assert.StartsWith($"Mail responder on 3 host(s), {Day(today)} (UTC)\n", text, StringComparison.Ordinal);
        Assert.Contains("  fa@example.com                     12 ", text, StringComparison.Ordinal);
        Assert.Contains(
            "  mail2.example.com                  27 answered, 2 skipped, 0 deferred, 0 failed, median 9 ms, ", text,
            StringComparison.Ordinal);
        Assert.Equal(0, _hosts.Stats("--since", Day(today), "--html", _hosts.Place.PathTo("report.html")).ExitCode);
        Assert.Contains("mail2.example.com", File.ReadAllText(_hosts.Place.PathTo("report.html")),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Database_ShowsNeitherNameNorNumber()
    {
        _hosts.Write("mail1.example.com", new MadeLog { Time = Noon }.Replied("get@example.com", 20));
        AssertDone(_hosts.Put("mail1.example.com"));

        var rows = Rows();
        Assert.Single(rows);
        foreach (var text in (string[])["example", "get@", "mail1", "answered", "addresses"])
            Assert.DoesNotContain(rows, row => row.Split(' ')[1].Contains(
                Convert.ToHexString(Encoding.UTF8.GetBytes(text)), StringComparison.Ordinal));
        // The same figures are encrypted differently each time.
        AssertDone(_hosts.Put("mail1.example.com"));
        Assert.Empty(rows.Intersect(Rows()));

        IReadOnlyList<string> Rows() => _hosts.Sql(
            $"SELECT CONCAT(HEX(host), ' ', HEX(figures)) FROM {_hosts.Database}.host_day");
    }

    /// <summary>
    /// One more message, for an address that nobody else asked, must not show to someone who keeps all rows, as a
    /// binlog does.
    /// </summary>
    [Fact]
    public void LengthOfARow_TellsNothing()
    {
        var log = new MadeLog { Time = Midnight.AddHours(-8) }.Replied("get@example.com", 20);
        var lengths = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            _hosts.Write("mail1", log.Replied($"rare{i}@example.com", ms: 123 * (i + 1)));
            _hosts.Put("mail1", "mail1");
            lengths.AddRange(_hosts.Sql($"SELECT LENGTH(figures) FROM {_hosts.Database}.host_day"));
        }

        Assert.Equal(["16412", "16412", "16412"], lengths);
    }

    /// <summary>
    /// An attacker who can write to the database but has no key can remove figures, but cannot make any.
    /// </summary>
    [Fact]
    public void RowOfAnotherDayOrHost_IsNotBelieved()
    {
        _hosts.Place.Settings.Remove("statistics");
        _hosts.Place.Write();
        var now = Noon;
        _hosts.Write("mail1", new MadeLog { Time = now }.Replied("get@example.com", 20));
        AssertDone(_hosts.Put("mail1"));
        var table = _hosts.Database + ".host_day";
        _hosts.Sql(
            $"INSERT INTO {table} SELECT day, REVERSE(host), figures FROM {table}; "
            + $"INSERT INTO {table} SELECT day - 1, host, figures FROM {table} LIMIT 1; "
            + $"INSERT INTO {table} VALUES ({HostDays.DayOf(now)}, 'x', 'y')");

        var report = _hosts.Json(now.AddDays(-1));

        Assert.Equal(20, (int)report["messages"]!["answered"]!);
        Assert.StartsWith("3 row(s) of hosts could not be read", (string)report["problems"]!["hosts"]!,
            StringComparison.Ordinal);
    }

    /// <summary>
    /// A day is a day of UTC, whatever a host's time zone. After midnight the day before is counted once more.
    /// </summary>
    [Fact]
    public void Midnight_DividesTheMessages()
    {
        var log = new MadeLog { Time = Midnight.AddSeconds(-7).ToOffset(TimeSpan.FromHours(3)) };
        _hosts.Write("mail1", log.Replied("get@example.com", 5));
        _hosts.Put("mail1", "mail1");
        _hosts.Write("mail1", log.Replied("get@example.com", 5));
        using var days = HostDays.Open(_hosts.Settings, _hosts.Clock);
        var fleet = new Fleet(_hosts.Settings, days, _hosts.Clock);
        _hosts.Clock.Now = Midnight.AddMinutes(10);
        _hosts.Put("mail1", "mail1");
        var yesterday = HostDays.DayOf(Midnight) - 1;

        Assert.Equal((7, 3, 10), (Answered(yesterday, yesterday + 1), Answered(yesterday + 1, yesterday + 2),
            Answered(yesterday, yesterday + 2)));
        // The other hosts still count, so no report is due yet.
        Assert.Empty(fleet.Due());
        _hosts.Clock.Now = Midnight.AddMinutes(30);
        Assert.Equal([yesterday], fleet.Due());
        // The row of the whole day stays, even if its log was rotated away in part.
        _hosts.Write("mail1", new MadeLog { Time = Midnight.AddHours(-2) }.Replied("get@example.com", 50));
        _hosts.Put("mail1", "mail1");
        Assert.Equal(7, Answered(yesterday, yesterday + 1));

        long Answered(long first, long end) => fleet.Report(first, end, "").Messages.Answered;
    }

    /// <summary>
    /// The database cannot be used from before midnight until long after it. The first host that stores its figures
    /// then must not mail the day without those of the others.
    /// </summary>
    [Fact]
    public void DatabaseThatWasAway_LeavesNoMessageOut()
    {
        using var days = HostDays.Open(_hosts.Settings, _hosts.Clock);
        var fleet = new Fleet(_hosts.Settings, days, _hosts.Clock);
        var yesterday = HostDays.DayOf(Midnight) - 1;
        foreach (var host in (string[])["mail1", "mail2", "dead"])
        {
            _hosts.Write(host, new MadeLog { Time = Midnight.AddHours(-3) }.Replied("get@example.com", 5));
            _hosts.Clock.Now = Midnight.AddHours(-2);
            _hosts.Put(host, host);
            _hosts.Write(host, new MadeLog { Time = Midnight.AddHours(-3) }.Replied("get@example.com", 5)
                .Deferred(Cause.Database, 70));
        }

        _hosts.Clock.Now = Midnight.AddHours(9);
        _hosts.Put("mail1", "mail1");
        Assert.Empty(fleet.Due());
        _hosts.Clock.Now = _hosts.Clock.Now.AddMinutes(10);
        _hosts.Put("mail2", "mail2");
        Assert.Empty(fleet.Due());
        _hosts.Clock.Now = _hosts.Clock.Now.AddMinutes(10);

        Assert.Equal([yesterday], fleet.Due());
        var messages = fleet.Report(yesterday, yesterday + 1, "").Messages;
        Assert.Equal((15, 140), (messages.Answered, messages.Deferred.Values.Sum()));
    }

    /// <summary>Such a day would be mailed at noon, and would say that nothing came.</summary>
    [Fact]
    public void NewHost_StoresNoDayBeforeIt()
    {
        _hosts.Write("new", new MadeLog { Time = Midnight.AddHours(-2) }.Replied("get@example.com", 5));
        _hosts.Put("new", "new");
        using var days = HostDays.Open(_hosts.Settings, _hosts.Clock);
        Assert.Equal([HostDays.DayOf(Midnight) - 1],
            days.Read(0, HostDays.DayOf(Midnight) + 1).Select(row => row.Day));
    }

    /// <summary>All hosts of a day may have been replaced before its end.</summary>
    [Fact]
    public void DayThatNobodyCountedWhole_IsMailedInTheMorning()
    {
        _hosts.Write("dead", new MadeLog { Time = Midnight.AddHours(-3) }.Replied("get@example.com", 5));
        _hosts.Put("dead", "dead");
        using var days = HostDays.Open(_hosts.Settings, _hosts.Clock);
        var fleet = new Fleet(_hosts.Settings, days, _hosts.Clock);
        _hosts.Clock.Now = Midnight.AddHours(5);
        Assert.Empty(fleet.Due());
        _hosts.Clock.Now = Midnight.AddHours(6);
        Assert.Equal([HostDays.DayOf(Midnight) - 1], fleet.Due());
    }

    /// <summary>
    /// A rotated log is counted together with the current one. A log that is gone takes no figures away.
    /// </summary>
    [Fact]
    public void RotatedLog_CountsToo()
    {
        var log = new MadeLog { Time = Midnight.AddHours(-8) };
        _hosts.Write("mail1", log.Replied("get@example.com", 5));
        File.Move(_hosts.Place.PathTo("mail1.log"), _hosts.Place.PathTo("mail1.log.1"));
        _hosts.Write("mail1", new MadeLog { Time = log.Time }.Replied("get@example.com", 4));
        _hosts.Put("mail1", "mail1");
        using var days = HostDays.Open(_hosts.Settings, _hosts.Clock);
        var fleet = new Fleet(_hosts.Settings, days, _hosts.Clock);
        var day = HostDays.DayOf(_hosts.Clock.Now);
        Assert.Equal(9, fleet.Report(day, day + 1, "").Messages.Answered);

        File.Delete(_hosts.Place.PathTo("mail1.log.1"));
        _hosts.Put("mail1", "mail1");
        Assert.Equal(9, fleet.Report(day, day + 1, "").Messages.Answered);
    }

    /// <summary>
    /// Two hosts with the same name count as two. The figures of a terminated host are kept for two weeks.
    /// </summary>
    [Fact]
    public void Hosts_AreKnownByInstanceToo()
    {
        _hosts.Write("a", new MadeLog { Time = Midnight.AddHours(-8) }.Replied("get@example.com", 5));
        _hosts.Write("b", new MadeLog { Time = Midnight.AddHours(-8) }.Replied("get@example.com", 6));
        _hosts.Put("a", "mail.example.com", "i-1");
        _hosts.Put("b", "mail.example.com", "i-2");
        using var days = HostDays.Open(_hosts.Settings, _hosts.Clock);
        var day = HostDays.DayOf(_hosts.Clock.Now);

        var report = new Fleet(_hosts.Settings, days, _hosts.Clock).Report(day, day + 1, "");
        Assert.Equal(["mail.example.com (i-1)", "mail.example.com (i-2)"], report.Hosts!.Select(host => host.Label));
        Assert.Equal(11, report.Messages.Answered);

        _hosts.Clock.Now = _hosts.Clock.Now.AddDays(HostDays.DaysKept);
        _hosts.Put("a", "mail.example.com", "i-1");
        Assert.Equal(3, days.Read(0, day + 20).Count);
        _hosts.Clock.Now = _hosts.Clock.Now.AddDays(1);
        _hosts.Put("a", "mail.example.com", "i-1");
        Assert.Equal(2, days.Read(0, day + 20).Count);
    }

    /// <summary>A host that gets another name has counted the same messages under its former name.</summary>
    [Theory]
    [InlineData("i-1")]
    [InlineData(null)]
    public void HostWithANewName_IsTheSame(string? instance)
    {
        _hosts.Write("a", new MadeLog { Time = Midnight.AddHours(-8) }.Replied("get@example.com", 5));
        using var days = HostDays.Open(_hosts.Settings, _hosts.Clock);
        var fleet = new Fleet(_hosts.Settings, days, _hosts.Clock);
        foreach (var name in (string[])["localhost", "mail.example.com"])
            fleet.Put(Fleet.Count(_hosts.Place.PathTo("a.log"), _hosts.Settings, (name, instance, _hosts.Clock.Now)));
        var day = HostDays.DayOf(_hosts.Clock.Now);

        var report = fleet.Report(day, day + 1, "");

        Assert.Equal(5, report.Messages.Answered);
        Assert.Equal("mail.example.com", Assert.Single(report.Hosts!).Host);
    }

    /// <summary>The database of Postfix's log may be locked when the day is counted for the last time.</summary>
    [Fact]
    public void PostfixLogThatCannotBeReadOnce_TakesNothingAway()
    {
        _hosts.Write("a", new MadeLog { Time = Midnight.AddHours(-8) }.Replied("get@example.com", 5));
        using var days = HostDays.Open(_hosts.Settings, _hosts.Clock);
        var fleet = new Fleet(_hosts.Settings, days, _hosts.Clock);
        var day = HostDays.DayOf(_hosts.Clock.Now);
        var told = Fleet.Count(_hosts.Place.PathTo("a.log"), _hosts.Settings, ("mail1", "i-1", _hosts.Clock.Now));
        told[^1] = told[^1] with
        {
            Postfix = new() { Received = 9, Answered = 8, Outcomes = [new("gmail.com", 7, 0, 1, 0, 0)] },
        };
        fleet.Put(told);
        _hosts.Write("a", new MadeLog { Time = Midnight.AddHours(-8) }.Replied("get@example.com", 6));

        for (var i = 0; i < 2; i++)
            _hosts.Put("a", "mail1", "i-1");

        var report = fleet.Report(day, day + 1, "");
        Assert.Equal((6, 9, 8), (report.Messages.Answered, report.Postfix!.Received, report.Postfix.Answered));
        Assert.Equal([new("gmail.com", 7, 0, 1, 0, 0)], report.Postfix.Outcomes);
        Assert.Equal((9, 8), (report.Postfix.Trend[^1].Received, report.Postfix.Trend[^1].Answered));
    }

    /// <summary>The key changes at midnight, but not on all hosts at the same moment.</summary>
    [Fact]
    public void ChangedKey_KeepsTheFiguresReadable()
    {
        _hosts.Write("a", new MadeLog { Time = Midnight.AddHours(-8) }.Replied("get@example.com", 5));
        _hosts.Put("a", "mail1");
        AddressKey.Change(_hosts.Settings.AddressKeyFile, _hosts.Clock.Now);
        using (var store = RequesterStore.Open(_hosts.Settings, TimeSpan.FromSeconds(20)))
            store.Reset(_hosts.Clock.Now);
        _hosts.Put("a", "mail1");
        _hosts.Write("a", new MadeLog { Time = Midnight.AddHours(-8) }.Replied("get@example.com", 6));
        _hosts.Put("a", "mail2");

        using var days = HostDays.Open(_hosts.Settings, _hosts.Clock);
        var day = HostDays.DayOf(_hosts.Clock.Now);
        Assert.Equal(11, new Fleet(_hosts.Settings, days, _hosts.Clock).Report(day, day + 1, "").Messages.Answered);
    }

    /// <summary>A clock that is far ahead would delete the figures of all hosts.</summary>
    [Fact]
    public void WrongClock_ChangesNothing()
    {
        using var days = HostDays.Open(_hosts.Settings, _hosts.Clock);
        days.CheckClock(DateTimeOffset.UtcNow.AddMinutes(5));
        Assert.Contains("differ by", Assert.Throws<ResponderException>(() =>
            days.CheckClock(DateTimeOffset.UtcNow.AddMinutes(-11))).Message, StringComparison.Ordinal);
    }
}
