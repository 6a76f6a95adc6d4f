using System.Globalization;
using System.Text;
using MailResponder.Logs;
using MailResponder.PostfixLog;
using MailResponder.Settings;

namespace MailResponder.Tests.PostfixLog;

/// <summary>Lines that a private Postfix does not write on demand, and text that is not a log line.</summary>
public sealed class PostfixLogLines : IDisposable
{
    private const string Day = "2026-03-02T08:";

    private readonly TemporaryFolder _folder = new();
    private readonly FixedClock _clock = new();
    private readonly ResponderSettings _settings;

    public PostfixLogLines()
    {
        _folder.Write("responses.json",
            """[ { "email_addr": "get@example.com", "body": "Links\n", "attachments": null } ]""");
        _settings = TestSettings.In(_folder.Path) with
        {
            PostfixLog = new PostfixLogSettings(_folder.PathTo("rows.db"), 14),
        };
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(
        "smtpd", "NOQUEUE: reject: RCPT from mail.freemail.test[198.51.100.7]: 550 5.1.1 <x@example.com>: Recipient "
        + "address rejected: User unknown in local recipient table; from=<zahra@freemail.test> to=<x@example.com> "
        + "proto=ESMTP helo=<mail>")]
    [InlineData(
        "smtpd", "4C12345: reject: RCPT from unknown[2001:db8::7]: 554 5.7.1 <a@b.test>: Relay access denied; "
        + "from=<> to=<a@b.test>")]
    [InlineData(
        "smtpd", "4CXyz12345z9: milter-reject: END-OF-MESSAGE from mail.freemail.test[198.51.100.7]: 451 4.7.1 "
        + "zahra, try again; from=<zahra@freemail.test>")]
    [InlineData(
        "postscreen",
        "NOQUEUE: reject: RCPT from [198.51.100.7]:4444: 550 5.7.1 Service unavailable; client [198.51.100.7] "
        + "blocked using zen.example; from=<zahra@freemail.test>, to=<get@example.com>, proto=SMTP, helo=<x>")]
    [InlineData("postscreen", "NOQUEUE: reject: CONNECT from [198.51.100.7]:4444: all server ports busy")]
    [InlineData(
        "cleanup",
        "4C12345: reject: header Subject: zahra 5.9.9: 4.4.4 hm from mail.freemail.test[198.51.100.7]; "
        + "from=<zahra@freemail.test> to=<get@example.com> proto=ESMTP helo=<x>: 5.7.1 message content rejected")]
    [InlineData("cleanup", "warning: 4C12345: queue file size limit exceeded")]
    [InlineData("smtpd", "warning: 4C12345: queue file size limit exceeded")]
    public void Rejection_IsCounted(string service, string text)
    {
        Read($"{Day}00:00.000001+00:00 mx postfix/{service}[5]: {text}\n");
        Assert.Equal(1, Summary.Rejected);
        MixedTraffic.AssertNobodyIsNamedIn(Encoding.Latin1.GetString(File.ReadAllBytes(_settings.PostfixLog.Database)));
    }

    [Fact]
    public void MailThatTwoServicesFindTooLarge_IsOneRejection()
    {
        const string text = "warning: 4C12345: queue file size limit exceeded";
        Read($"{Day}00:00.1+00:00 mx postfix/cleanup[5]: {text}\n{Day}00:00.2+00:00 mx postfix/smtpd[6]: {text}\n");
        Assert.Equal(1, Summary.Rejected);
    }

    [Theory]
    [InlineData(
        "deferred (host mx.freemail.test[198.51.100.9] said: 450 4.2.1 <zahra@freemail.test> greylisted (in reply to "
        + "RCPT TO command))", "0 1 0")]
    [InlineData("bounced (host mx.freemail.test[198.51.100.9] said: 550 5.1.1 zahra? (in reply to RCPT TO command))",
        "0 0 1")]
    [InlineData("SOFTBOUNCE (Command died with status 127: \"/usr/local/bin/responder\")", "0 1 0")]
    [InlineData("sent (250 2.0.0 Ok: queued as zahra)", "1 0 0")]
    [InlineData("undeliverable (zahra)", "0 0 0")]
    public void Delivery_IsKeptByItsStatusAlone(string status, string kept)
    {
        Read($"{Day}00:00+00:00 mx postfix/smtp[5]: 4C12345: to=<zahra@freemail.test>, relay=none, delay=3.2, "
            + $"delays=1/1/1/0.2, dsn=4.4.1, status={status}\n");
        Assert.Equal(kept, Rows("SELECT (sent IS NOT NULL) || ' ' || deferred || ' ' || bounced FROM message"));
        Assert.Equal(0, Summary.Received); // it is to somebody else
        MixedTraffic.AssertNobodyIsNamedIn(Encoding.Latin1.GetString(File.ReadAllBytes(_settings.PostfixLog.Database)));
    }

    /// <summary>The database has no column for anything more, so nothing else can leak.</summary>
    [Fact]
    public void Database_HasNoColumnThatNobodyReads()
    {
        Read("");
        var columns =
            Rows("SELECT group_concat(m.name || '.' || c.name) FROM sqlite_master AS m, pragma_table_info(m.name) AS "
                + "c WHERE m.type = 'table'").Split(',');
        var readers = string.Concat(Directory.GetFiles(
            Repository.PathTo("MailResponder.Core/PostfixLog"), "PostfixLogRe*.cs").Select(File.ReadAllText));
        Assert.All(columns.Where(column =>
            column is not ("message.queue_id" or "message.removed")
            && !column.StartsWith("position.", StringComparison.Ordinal)), column =>
            Assert.Matches($@"\b{column.Split('.')[1]}\b", readers));
    }

    [Fact]
    public void ShortQueueId_UsedAgain_IsAnotherMessage()
    {
        Read(Request("01", "4C12345") + Request("02", "4C12345"));
        Assert.Equal((2, 2), (Summary.Received, Summary.Answered));
    }

    /// <summary>Reads each line in a run of its own, with another run after it that finds nothing new.</summary>
    [Fact]
    public void RunBetweenLines_ChangesNothing()
    {
        foreach (var line in Request("01", "4C12345").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            Read(line + "\n");
            Read("");
        }

        Assert.Equal((1, 1, 0), (Summary.Received, Summary.Answered, Summary.Deferred));
        Assert.Equal("1", Rows("SELECT count(*) FROM message"));
    }

    [Fact]
    public void RunThatCannotFinish_KeepsNothing_AndTheNextOneAll()
    {
        Read("");
        Assert.Equal("", MailResponder.Tests.Host.ToolRun.Of(
            "sqlite3", _settings.PostfixLog.Database,
            "CREATE TRIGGER full BEFORE UPDATE OF answered ON message BEGIN SELECT raise(ABORT, 'no'); END")
            .AssertDone());
        Assert.Throws<ResponderException>(() => Read(Request("01", "4C12345")));
        Assert.Equal(
            "0|0", Rows("SELECT (SELECT count(*) FROM message) || '|' || (SELECT max(file_offset) FROM position)"));
        Rows("DROP TRIGGER full");
        Read("");
        Assert.Equal((1, 1), (Summary.Received, Summary.Answered));
    }

    /// <summary>Postfix's log and the responder's are separate files, and either may be ahead of the other.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void TwoLogs_AreOneStory(bool eventsFirst)
    {
        var lines = Request("01", "4C12345").Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .ToLookup(IsEvent);
        _folder.Write("events.log", string.Join('\n', lines[true]) + "\n");
        if (eventsFirst) Read("");
        Read(string.Join('\n', lines[false]) + "\n");
        Assert.Equal((1, 1), (Summary.Received, Summary.Answered));
    }

    [Fact]
    public void RotatedLog_IsReadToItsEnd()
    {
        var lines = Request("01", "4C12345").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Read(lines[0] + "\n");
        File.AppendAllText(_folder.PathTo("mail.log"), lines[1] + "\n" + lines[2] + "\n");
        File.Move(_folder.PathTo("mail.log"), _folder.PathTo("mail.log.1"));
        Read(string.Join('\n', lines[3..]) + "\n");
        Assert.Equal((1, 1), (Summary.Received, Summary.Answered));
        Assert.Equal("1", Rows("SELECT count(*) FROM message"));
    }

    [Fact]
    public void Garbage_IsSurvived()
    {
        var random = new Random(5);
        using var log = new MemoryStream();
        for (var i = 0; i < 2000; i++)
        {
            var line = Encoding.UTF8.GetBytes(Request("01", "4C12345").Split('\n').Where(line => !IsEvent(line))
                .ElementAt(i % 5));
            if (i % 3 == 0) line = line[..random.Next(line.Length)];
            for (var flips = random.Next(4); flips > 0 && line.Length > 0; flips--) line[random.Next(line.Length)] =
                (byte)random.Next(11, 256);
            log.Write(line);
            log.WriteByte((byte)'\n');
        }

        log.Write(Encoding.ASCII.GetBytes(
            new string('x', 1_000_000) + "\n" + Request("02", "4C99999") + Day
            + "03:00+00:00 mx postfix/qmgr[7]: 4C99999: rem"));
        File.WriteAllBytes(_folder.PathTo("mail.log"), log.ToArray());

        var (lines, unknown) = Read("");
        Assert.InRange(lines, 1000, 2006);
        Assert.InRange(unknown, 100, 1000);
        Assert.Equal(
            "1", Rows(
            "SELECT count(*) FROM message WHERE queue_id = '4C99999' AND requested = 1 AND removed IS NOT NULL"));
    }

    /// <summary>Counts by the day in the report's time zone, without the days before the first mail.</summary>
    [Fact]
    public void Trend_HasEachDayOfTwoWeeks()
    {
        var days = (int[])[17, 15, 15, 12, 1];
        for (var i = 0; i < days.Length; i++)
            Read(Request("01", $"4C1000{i}")
                .Replace("2026-03-02T08", FixedClock.Start.AddDays(-days[i]).ToString("yyyy-MM-dd'T'HH"),
                StringComparison.Ordinal));
        Read($"{FixedClock.Start.AddDays(-1):yyyy-MM-dd}T23:30:00+00:00 mx postfix/smtpd[5]: 4CFFFFF: client=x\n"
            + $"{FixedClock.Start.AddDays(-1):yyyy-MM-dd}T23:31:00+00:00 mx postfix/pipe[5]: 4CFFFFF: "
            + $"to=<get@example.com>, relay=responder, delay=60, delays=0/0/0/0, dsn=4.3.0, status=deferred (x)\n");
        var until = new DateTimeOffset(FixedClock.Start.Date.AddDays(1), TimeSpan.Zero);
        var today = DateOnly.FromDateTime(FixedClock.Start.Date);

        var trend = PostfixLogDatabase.Summarise(_settings.PostfixLog.Database, until.AddDays(-1), until, 5)!.Trend;
        Assert.Equal(13, trend.Count);
        Assert.Equal(new DayOfRequests(today.AddDays(-12), 1, 1), trend[0]);
        Assert.Equal(new DayOfRequests(today.AddDays(-11), 0, 0), trend[1]);
        Assert.Equal(new DayOfRequests(today.AddDays(-1), 2, 1), trend[^2]);
        var east = new DateTimeOffset(FixedClock.Start.Date.AddDays(1), TimeSpan.FromHours(2));
        Assert.Equal(1, PostfixLogDatabase.Summarise(
            _settings.PostfixLog.Database, east.AddDays(-1), east, 5)!.Trend[^1].Received);
    }

    [Fact]
    public void OldRows_Go()
    {
        Read(Request("01", "4C12345")
            + $"{Day}01:00+00:00 mx postfix/smtpd[5]: NOQUEUE: reject: RCPT from x[198.51.100.7]: 554 5.7.1 no\n");
        _clock.Now += TimeSpan.FromDays(13);
        Read("");
        Assert.Equal("1|1", Rows("SELECT (SELECT count(*) FROM message) || '|' || (SELECT count(*) FROM rejection)"));
        _clock.Now += TimeSpan.FromDays(2);
        Read("");
        Assert.Equal("0|0", Rows("SELECT (SELECT count(*) FROM message) || '|' || (SELECT count(*) FROM rejection)"));
    }

    /// <summary>Hours of a wrong clock, and the way back, are no reason to delete two weeks.</summary>
    [Fact]
    public void ClockThatJumps_DeletesNothing()
    {
        Read(Request("01", "4C12345"));
        _clock.Now += TimeSpan.FromDays(1);
        Read("");
        foreach (var hours in (int[])[30 * 24, 1, 20, -(30 * 24) - 21, 24])
        {
            _clock.Now += TimeSpan.FromHours(hours);
            Read("");
            Assert.Equal("1", Rows("SELECT count(*) FROM message"));
        }
    }

    [Fact]
    public void DamagedDatabase_IsPutAside()
    {
        _folder.Write("rows.db", new string('x', 9000));
        Read(Request("01", "4C12345"));
        Assert.Equal(1, Summary.Answered);
        Assert.True(File.Exists(_folder.PathTo("rows.db.damaged")));
    }

    [Fact]
    public void NoDatabase_HasNoSummary() =>
        Assert.Null(PostfixLogDatabase.Summarise(_folder.PathTo("nowhere.db"), FixedClock.Start, FixedClock.Start, 5));

    /// <summary>One probe of `responder doctor` was refused, and one went through.</summary>
    [Fact]
    public void Probe_LeavesNothing()
    {
        const string tag = "probe-6925f2a00123456789abcdef01234567";
        const string refused = "NOQUEUE: reject: RCPT from unknown[192.0.2.1]: 450 4.1.8 <r@gmail.com>: "
            + "Sender address rejected: Domain not found";
        const string to = $"to=<mail_responder+get+{tag}@localhost>, orig_to=<get+{tag}@example.com>";
        const string sent = "delays=0/0/0/0.1, dsn=2.0.0, status=sent";
        const string discarded = "delay=0.2, delays=0/0/0/0, dsn=2.0.0, status=sent (probe.invalid)";
        var domain = _settings.ResponseAddress[_settings.ResponseAddress.IndexOf('@')..];
        var lines = $"""
            smtpd[5]: {refused}; from=<r@gmail.com> to=<get+{tag}@example.com> proto=ESMTP helo=<probe.invalid>
            smtpd[5]: 4C12345: client=unknown[192.0.2.1]
            cleanup[6]: 4C12345: message-id=<x.{tag}@probe.invalid>
            qmgr[7]: 4C12345: from=<r@gmail.com>, size=700, nrcpt=1 (queue active)
            cleanup[6]: 4C23456: message-id=<x.{tag}@probe.invalid>
            local[8]: 4C12345: {to}, relay=local, delay=0.1, {sent} (forwarded as 4C23456)
            qmgr[7]: 4C23456: from=<r@gmail.com>, size=900, nrcpt=1 (queue active)
            qmgr[7]: 4C12345: removed
            pickup[9]: 4C34567: uid=999 from=<{_settings.BounceAddress}>
            cleanup[6]: 4C34567: message-id=<0123456789abcdef0123456789abcdef{domain}>
            qmgr[7]: 4C34567: from=<{_settings.BounceAddress}>, size=900, nrcpt=1 (queue active)
            pipe[8]: 4C23456: {to}, relay=responder, delay=0.2, {sent} (delivered via responder service)
            qmgr[7]: 4C23456: removed
            discard[8]: 4C34567: to=<{tag}@probe.invalid>, relay=none, {discarded}
            qmgr[7]: 4C34567: removed
            """.Split('\n').Select((line, i) => $"{Day}00:{i:00}.1+00:00 mx postfix/{line}\n")
            .Append(Event($"{Day}00:30.1+00:00", new Outcome(Result.Probe)
            {
                Address = "get@example.com",
                QueueId = "4C23456",
                Receipts = ["sendmail:0123456789abcdef0123456789abcdef"],
            }));

        Assert.Equal((16, 0), Read(string.Concat(lines)));
        Assert.Equal("0 0", Rows("SELECT (SELECT count(*) FROM message) || ' ' || (SELECT count(*) FROM rejection)"));
    }

    /// <summary>
    /// Holds whichever log is read first, and also for the message that local(8) forwarded under another queue id.
    /// </summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AnsweredCanary_IsNoRequest(bool eventFirst)
    {
        Read(Request("01", "4C12345"));
        var told = Event($"{Day}02:00.4+00:00", new Outcome(Result.Canary)
        {
            Address = "get@example.com",
            QueueId = "4C34567",
            Receipts = ["sendmail:0123456789abcdef0123456789abcdef"],
        });
        if (eventFirst)
            Read(told);
        const string sent = "delays=0/0/0/0.1, dsn=2.0.0, status=sent";
        const string forwarded = $"relay=local, delay=0.1, {sent} (forwarded as 4C34567)";
        const string piped = $"relay=responder, delay=0.2, {sent} (delivered via responder service)";
        Read($"""
            smtpd[5]: 4C23456: client=unknown[192.0.2.1]
            cleanup[6]: 4C34567: message-id=<1@freemail.test>
            local[8]: 4C23456: to=<mail_responder+get@localhost>, orig_to=<get@example.com>, {forwarded}
            qmgr[7]: 4C23456: removed
            pipe[8]: 4C34567: to=<mail_responder@localhost>, orig_to=<get@example.com>, {piped}
            qmgr[7]: 4C34567: removed
            """.Split('\n').Aggregate("", (lines, line) => lines + $"{Day}02:00.3+00:00 mx postfix/{line}\n"));
        if (!eventFirst)
            Read(told);

        Assert.Equal((1, 1), (Summary.Received, Summary.Answered));
        Assert.Equal(1, Summary.Trend.Sum(day => day.Received));
    }

    private PostfixLogSummary Summary => PostfixLogDatabase.Summarise(
        _settings.PostfixLog.Database, FixedClock.Start.AddDays(-1), FixedClock.Start.AddDays(1), 5)!;

    private static string Request(string minute, string id) => string.Concat(
        $"{Day}{minute}:00.100000+00:00 mx postfix/smtpd[5]: {id}: client=mail.freemail.test[198.51.100.7]\n",
        $"{Day}{minute}:00.200000+00:00 mx postfix/cleanup[6]: {id}: message-id=<1@freemail.test>\n",
        $"{Day}{minute}:00.300000+00:00 mx postfix/qmgr[7]: {id}: from=<zahra@freemail.test>, size=700, nrcpt=1 "
        + $"(queue active)\n",
        Event($"{Day}{minute}:00.4+00:00",
            new Outcome(Result.Replied) { Address = "get@example.com", QueueId = id, Receipts = ["ses:1"] }),
        $"{Day}{minute}:00.500000+00:00 mx postfix/pipe[8]: {id}: to=<get@example.com>, relay=responder, delay=0.4, "
        + $"delays=0.1/0.1/0/0.2, dsn=2.0.0, status=sent (delivered via responder service)\n",
        $"{Day}{minute}:00.600000+00:00 mx postfix/qmgr[7]: {id}: removed\n");

    private static string Event(string time, Outcome outcome) =>
        MessageLog.Event(outcome, 9, DateTimeOffset.Parse(time, CultureInfo.InvariantCulture)) + "\n";

    private static bool IsEvent(string line) => line.StartsWith('{');

    /// <summary>Appends the lines to the two logs, and then runs the reader.</summary>
    private (long Lines, long Unknown) Read(string lines)
    {
        var logs = lines.Split('\n').SkipLast(1).Select(line => line + "\n").ToLookup(IsEvent);
        File.AppendAllText(_folder.PathTo("events.log"), string.Concat(logs[true]));
        File.AppendAllText(_folder.PathTo("mail.log"), string.Concat(logs[false]));
        using var reader = new PostfixLogReader(_folder.PathTo("mail.log"), _folder.PathTo("events.log"), _clock);
        return reader.Read(_settings);
    }

    private string Rows(string sql) =>
        MailResponder.Tests.Host.ToolRun.Of("sqlite3", _settings.PostfixLog.Database, sql)
        .AssertDone().Trim();
}
