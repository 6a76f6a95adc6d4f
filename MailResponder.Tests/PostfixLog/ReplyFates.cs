using System.Globalization;
using System.Text;
using MailResponder.Doctor;
using MailResponder.Logs;
using MailResponder.PostfixLog;
using MailResponder.Settings;
using MailResponder.Statistics;
using MailResponder.Store;
using MailResponder.Tests.Statistics;

namespace MailResponder.Tests.PostfixLog;

/// <summary>The outcomes of replies, by provider, from lines of Postfix and reports of SES.</summary>
public sealed class ReplyFates : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ResponderSettings _settings;
    private readonly FixedClock _clock = new();
    private readonly StringBuilder _mail = new();
    private readonly StringBuilder _events = new();
    private int _made;

    public ReplyFates()
    {
        _folder.Write("responses.json",
            """[ { "email_addr": "get@example.com", "body": "Links\n", "attachments": null } ]""");
        _settings = TestSettings.In(_folder.Path) with
        {
            PostfixLog = new PostfixLogSettings(_folder.PathTo("rows.db"), 14),
        };
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void EachReply_HasOneFate()
    {
        Reply("zahra@gmail.com", "sent");
        Reply("zahra@GMAIL.com.", "deferred", "deferred", "sent");
        Reply("zahra@gmail.com", "bounced");
        Reply("zahra@gmail.com", "deferred", "expired");
        Reply("zahra@gmail.com", "deferred");
        Reply("zahra@gmail.com");
        Reply("zahra@mail.small-office.example", "sent");
        Assert.Equal(
            // Postfix names the recipient once it has tried to deliver.
            [new("gmail.com", 2, 1, 2, 0, 0), new(ProviderOutcomes.Others, 1, 0, 0, 1, 0)],
            Outcomes().OrderBy(one => one.Provider).ToList());
    }

    /// <summary>A small domain may have only one user.</summary>
    [Fact]
    public void SmallDomain_IsNotKept()
    {
        Reply("zahra@mail.small-office.example", "sent");
        Outcomes();
        var file = Encoding.Latin1.GetString(File.ReadAllBytes(_settings.PostfixLog.Database));
        Assert.DoesNotContain("small-office", file, StringComparison.Ordinal);
        Assert.DoesNotContain("zahra", file, StringComparison.Ordinal);
    }

    [Fact]
    public void ReplyWithoutItsAttachments_Counts()
    {
        Reply("zahra@gmail.com", "(without-attachments)", "sent");
        Assert.Equal([new("gmail.com", 1, 0, 0, 0, 0)], Outcomes());
    }

    /// <summary>A requester knows the Message-ID of a reply, and anybody can write a similar one.</summary>
    [Fact]
    public void MessageIdOfAnother_ChangesNothing()
    {
        var name = Reply("zahra@gmail.com", "bounced");
        Mail(name, "get@example.com", "sent");
        Mail("0123456789abcdef0123456789abcdef", "zahra@gmail.com", "bounced");
        Assert.Equal([new("gmail.com", 0, 0, 1, 0, 0)], Outcomes());
    }

    [Fact]
    public void Report_IsStrongerThanTheNextHostsWord_AndCountsOnce()
    {
        var name = Reply("zahra@gmail.com", "sent");
        for (var i = 0; i < 2; i++)
        {
            ReportedOutcome.Keep(
            [
                new(name, ReplyOutcome.Bounced, "gmail.com", FixedClock.Start),
                new("ses-1", ReplyOutcome.Sent, "yahoo.com", FixedClock.Start),
                new("ses-1", ReplyOutcome.Complained, "yahoo.com", FixedClock.Start),
                new("ses-2", ReplyOutcome.Bounced, null, FixedClock.Start),
                new("ses-3", ReplyOutcome.Deferred, null, FixedClock.Start),
                new("ses-3", ReplyOutcome.Sent, null, FixedClock.Start),
            ], _settings.PostfixLog.Database);
        }

        Assert.Equal(
            [new("gmail.com", 0, 0, 1, 0, 0), new(ProviderOutcomes.Others, 1, 0, 1, 0, 0),
            new("yahoo.com", 1, 0, 0, 0, 1)],
            Outcomes().OrderBy(one => one.Provider).ToList());
    }

    /// <summary>SES as docs/feedback.md sets it up: it reports bounces and complaints, but no deliveries.</summary>
    [Fact]
    public void FailuresWithoutDeliveries_AreNoShare()
    {
        for (var i = 0; i < 9; i++)
            Reply("zahra@gmail.com", "sent");
        ReportedOutcome[] reports = [.. Enumerable.Range(0, 24).Select(i =>
            new ReportedOutcome($"ses-{i}", ReplyOutcome.Bounced, "gmail.com", FixedClock.Start))];
        ReportedOutcome.Keep([.. reports, new("ses-a", ReplyOutcome.Deferred, "gmail.com", FixedClock.Start),
            new("ses-b", ReplyOutcome.Complained, "gmail.com", FixedClock.Start),
            new("ses-0", ReplyOutcome.Complained, "gmail.com", FixedClock.Start),
            new("old", ReplyOutcome.Sent, "web.de", FixedClock.Start.AddDays(-2))], _settings.PostfixLog.Database);

        var outcomes = Outcomes();

        var gmail = Assert.Single(outcomes);
        Assert.Equal(new("gmail.com", 10, 0, 0, 0, 2, 0, 25), gmail);
        Assert.Equal("10 sent, 2 complained about, 25 reported as not delivered", gmail.ToString());
        Assert.False(gmail.IsRefusing);
        Assert.All(ReplyChecks.Judge(outcomes), finding => Assert.Equal("ok", finding.State.Hyphenated()));
        ReportedOutcome.Keep(
            [new("new", ReplyOutcome.Sent, "web.de", FixedClock.Start)], _settings.PostfixLog.Database);
        Assert.Equal(new("gmail.com", 10, 1, 24, 0, 2), Outcomes()[0]);
    }

    [Fact]
    public void ProviderWithFewReplies_IsNotGivenOut()
    {
        for (var i = 0; i < 5; i++)
            Reply("zahra@gmail.com", "sent");
        Reply("zahra@web.de", "sent");
        Assert.Equal([new(ProviderOutcomes.Others, 6, 0, 0, 0, 0)], Outcomes(threshold: 5));
    }

    [Fact]
    public void LastOutcomes_StandForFiveMinutes_AndAreShownForAnHour()
    {
        Reply("zahra@gmail.com", "sent");
        Outcomes();
        Reply("zahra@gmail.com", "bounced");
        _clock.Now += TimeSpan.FromMinutes(4);
        Read();
        Assert.Equal([new("gmail.com", 1, 0, 0, 0, 0)], Last(1));
        _clock.Now += TimeSpan.FromMinutes(1);
        Read();
        Assert.Equal([new("gmail.com", 1, 0, 1, 0, 0)], Last(1));
        Assert.Equal([new(ProviderOutcomes.Others, 1, 0, 1, 0, 0)], Last(5));
        // A clock that was wrong does not stop the counting.
        _clock.Now -= TimeSpan.FromMinutes(30);
        Read();
        Assert.Equal("640\n",
            Host.ToolRun.Of("stat", "-c", "%a", _settings.PostfixLog.Database + ".outcomes").AssertDone());
        _clock.Now += TimeSpan.FromMinutes(59);
        Assert.NotEmpty(Last(1)!);
        _clock.Now += TimeSpan.FromMinutes(1);
        Assert.Null(Last(1));
    }

    /// <summary>
    /// A count too small for one host's report appears in the report of three hosts; a small domain does not.
    /// </summary>
    [Fact]
    public void HostsOfAFleet_AddUp()
    {
        for (var i = 0; i < 4; i++)
            Reply("zahra@gmail.com", "sent");
        Reply("zahra@gmail.com", "deferred", "expired");
        Reply("zahra@web.de", "sent");
        Reply("zahra@mail.small-office.example", "sent");
        Outcomes();
        var day = HostDays.DayOf(FixedClock.Start);
        var host = HostDay.Count(
            day, _folder.PathTo("none.log"), _settings, ("mail1.example.com", null, FixedClock.Start));
        Assert.DoesNotContain("small-office", Encoding.UTF8.GetString(host.ToRow().Figures!), StringComparison.Ordinal);

        var sum = PostfixLogSummary.Sum([host.Postfix, HostDay.Of(host.ToRow())!.Postfix, host.Postfix], threshold: 6)!;

        Assert.Equal([new("gmail.com", 12, 0, 3, 0, 0), new(ProviderOutcomes.Others, 6, 0, 0, 0, 0)], sum.Outcomes);
        Assert.Equal((21, 21), (sum.Received, sum.Answered));
        Assert.Equal([new(ProviderOutcomes.Others, 21, 0, 0, 0, 0)],
            PostfixLogSummary.Sum([host.Postfix, host.Postfix, host.Postfix], threshold: 16)!.Outcomes.Select(one =>
                new ProviderOutcomes(one.Provider, one.Total, 0, 0, 0, 0)));
    }

    [Theory]
    [InlineData("a:9 b:5 others:0", "a:9 b:5")]
    [InlineData("a:9 b:4 others:1", "a:9 others:5")]
    [InlineData("a:9 b:4 others:0", "others:13")]
    [InlineData("a:2", "others:2")]
    [InlineData("others:7 b:8 c:8", "b:8 c:8 others:7")]
    [InlineData("", "")]
    public void FewReplies_AreMergedUntilNobodyShows(string counts, string expected)
    {
        var all = counts.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(count => count.Split(':'))
            .Select(count => new ProviderOutcomes(
            count[0], int.Parse(count[1], CultureInfo.InvariantCulture), 0, 0, 0, 0)).ToList();
        Assert.Equal(expected, string.Join(
            ' ', ProviderOutcomes.Merged(all, 5).Select(one => $"{one.Provider}:{one.Total}")));
    }

    [Theory]
    [InlineData(15, 0, 0, "ok")]
    [InlineData(0, 0, 15, "fault")]
    [InlineData(0, 15, 0, "fault")]
    [InlineData(90, 4, 6, "ok")]
    [InlineData(70, 10, 10, "warning")]
    [InlineData(0, 0, 4, "ok")]
    public void Doctor_JudgesByTheShareThatWasNotTaken(int sent, int deferred, int bounced, string expected)
    {
        var finding = ReplyChecks.Judge([new("gmail.com", sent, deferred, bounced, 2, 0)]).First();
        Assert.Equal((ReplyChecks.Name, expected), (finding.Name, finding.State.Hyphenated()));
    }

    [Theory]
    [InlineData("gmail.com", 15, 0, "ok")]
    [InlineData("gmail.com", 15, 4, "ok")]
    [InlineData("gmail.com", 15, 5, "warning")]
    [InlineData("gmail.com", 1, 15, "fault")]
    // Many small servers without TLS do not have one common cause.
    [InlineData(ProviderOutcomes.Others, 1, 15, "warning")]
    public void Doctor_SaysWhatWaitsForWantOfTls(string provider, int sent, int without, string expected)
    {
        var finding = ReplyChecks.Judge([new(provider, sent, without, 0, 2, 0, without)]).Last();
        Assert.Equal(("reply-tls", expected), (finding.Name, finding.State.Hyphenated()));
        Assert.Equal(without > 0, finding.Text.Contains("want of TLS", StringComparison.Ordinal)
            && finding.Text.Contains($"{without} ", StringComparison.Ordinal));
    }

    /// <summary>Each case has the words of smtp(8) and qmgr(8).</summary>
    [Theory]
    [InlineData("4.7.4", "TLS is required, but was not offered by host mx.gmail.com[198.51.100.9]", true)]
    [InlineData("4.7.0", "TLS is required, but host mx.gmail.com[198.51.100.9] refused to start TLS: 454 no", true)]
    [InlineData("4.7.5", "Cannot start TLS: handshake failure", true)]
    [InlineData("4.7.5", "Server certificate not verified", true)]
    [InlineData("4.7.5", "Server certificate not trusted", true)]
    [InlineData("4.7.5", "TLSA lookup error for mx.gmail.com:25", true)]
    [InlineData("4.7.5", "delivery temporarily suspended: Server certificate not verified", true)]
    [InlineData("4.7.0", "delivery temporarily suspended: TLS is required, but host mx refused to start TLS: 4", true)]
    [InlineData("4.7.5", "host mx.gmail.com[198.51.100.9] said: 450 4.7.5 TLS is required, but not of you", false)]
    [InlineData("4.4.1", "connect to mx.gmail.com[198.51.100.9]:25: Connection timed out", false)]
    [InlineData("4.7.5", "delivery temporarily suspended: host mx.gmail.com[198.51.100.9] said: 450 4.7.5 x", false)]
    public void WantOfTls_IsToldFromOtherReasons(string dsn, string reason, bool isForWantOfTls)
    {
        Reply("zahra@gmail.com", $"deferred {dsn} {reason}");
        Assert.Equal([new("gmail.com", 0, 1, 0, 0, 0, isForWantOfTls ? 1 : 0)], Outcomes());
    }

    [Fact]
    public void WantOfTls_IsOfTheLastTry_AndOfWhatWasNotSent()
    {
        const string tls = "deferred 4.7.4 TLS is required, but was not offered by host mx.gmail.com[198.51.100.9]";
        Reply("zahra@gmail.com", tls, "sent");
        Reply("zahra@gmail.com", tls, "deferred");
        Reply("zahra@gmail.com", tls, "expired");
        Reply("zahra@mail.small-office.example", tls);
        Assert.Equal([new("gmail.com", 1, 1, 1, 0, 0, 1), new(ProviderOutcomes.Others, 0, 1, 0, 0, 0, 1)],
            Outcomes().OrderBy(one => one.Provider).ToList());
        Assert.Equal([new(ProviderOutcomes.Others, 1, 2, 1, 0, 0, 2)], Outcomes(threshold: 5));
        Assert.Equal("1 sent, 2 deferred, 1 bounced, 2 for want of TLS", Outcomes(threshold: 5)[0].ToString());
    }

    [Fact]
    public void Report_ShowsThemInEveryForm_AndWarns()
    {
        var report = SampleReport.Of(new MadeLog().Replied("get@example.com", 15)) with
        {
            Postfix = new PostfixLogSummary
            {
                Outcomes = [new("gmail.com", 1, 2, 15, 0, 0), new("web.de", 9, 0, 0, 0, 3)],
            },
        };
        foreach (var text in (string[])[MailResponder.Statistics.TextReport.Of(report),
            MailResponder.Statistics.HtmlReport.Of(report)])
        {
            Assert.Contains("1 sent, 2 deferred, 15 bounced", text, StringComparison.Ordinal);
            Assert.Contains("9 sent, 3 complained about", text, StringComparison.Ordinal);
            Assert.Contains("94 % of the replies to gmail.com were not accepted", text, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("Requests answered, by day", MailResponder.Statistics.HtmlReport.Of(report),
            StringComparison.Ordinal);
        report = report with
        {
            Postfix = report.Postfix! with
            {
                Trend = [new(new(2026, 11, 20), 90, 80), new(new(2026, 11, 21), 50, 40)],
            },
        };
        foreach (var text in (string[])[MailResponder.Statistics.TextReport.Of(report),
            MailResponder.Statistics.HtmlReport.Of(report)])
        {
            Assert.Contains("Requests answered, by day", text, StringComparison.Ordinal);
            Assert.Contains("2026-11-20", text, StringComparison.Ordinal);
            Assert.Contains("140 mails in these 2 days", text, StringComparison.Ordinal);
        }

        var json = System.Text.Json.Nodes.JsonNode.Parse(MailResponder.Statistics.JsonReport.Of(report))!;
        Assert.Equal(15, (int)json["postfix"]!["outcomes"]![0]!["bounced"]!);
        Assert.Equal(("web.de", 3), ((string?)json["postfix"]!["outcomes"]![1]!["provider"],
            (int)json["postfix"]!["outcomes"]![1]!["complained"]!));
        Assert.Equal(40, (int)json["postfix"]!["trend"]![1]!["answered"]!);
    }

    /// <summary>
    /// Returns the outcomes that `stats`, `doctor` and the metrics report, with a threshold so low that none are
    /// merged.
    /// </summary>
    private IReadOnlyList<ProviderOutcomes> Outcomes(int threshold = 1)
    {
        _clock.Now += TimeSpan.FromMinutes(5);
        Read();
        var (file, since) = (_settings.PostfixLog.Database, _clock.Now.AddDays(-1));
        var outcomes = PostfixLogDatabase.Summarise(file, since, _clock.Now, threshold)!.Outcomes;
        Assert.Equal(outcomes, PostfixLogDatabase.CountOutcomes(file, since, _clock.Now, threshold));
        Assert.Equal(outcomes, Last(threshold));
        return outcomes;
    }

    private IReadOnlyList<ProviderOutcomes>? Last(int threshold) =>
        LastOutcomes.Load(_settings.PostfixLog.Database, _clock.Now, threshold);

    private void Read()
    {
        _folder.Write("mail.log", _mail.ToString());
        _folder.Write("events.log", _events.ToString());
        using var reader = new PostfixLogReader(_folder.PathTo("mail.log"), _folder.PathTo("events.log"), _clock);
        Assert.Equal(0, reader.Read(_settings).Unknown);
    }

    /// <summary>Sends a reply through Postfix, with Postfix's lines about it. Returns its name.</summary>
    private string Reply(string to, params string[] events)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{++_made:x32}");
        var without = events is ["(without-attachments)", ..] ? events[0] : "";
        _events.Append(MessageLog.Event(
            new Outcome(Result.Replied)
            {
                Address = "get@example.com",
                QueueId = string.Create(CultureInfo.InvariantCulture, $"4A{_made:X5}"),
                Receipts = [$"sendmail:{name}{without}"],
            }, 9, Time)).Append('\n');
        Mail(name, to, without.Length > 0 ? events[1..] : events);
        return name;
    }

    private void Mail(string name, string to, params string[] events)
    {
        var id = string.Create(CultureInfo.InvariantCulture, $"4B{++_made:X5}");
        Line($"pickup[5]: {id}: uid=999 from=<bounces@example.com>");
        Line($"cleanup[6]: {id}: message-id=<{name}@example.com>");
        Line($"qmgr[7]: {id}: from=<bounces@example.com>, size=700, nrcpt=1 (queue active)");
        foreach (var told in events)
        {
            // A status alone, or a status with code and reason.
            var (status, dsn, reason) = told.Split(' ', 3) is [var word, var code, var text] ? (word, code, text)
                : (told, "2.0.0", "what the host said");
            Line(status == "expired" ? $"qmgr[7]: {id}: from=<bounces@example.com>, status=expired, returned to sender"
                : $"smtp[8]: {id}: to=<{to}>, relay=mx.{to.Split('@')[1]}[198.51.100.9]:25, delay=0.4, "
                + $"delays=0.1/0.1/0/0.2, dsn={dsn}, status={status} ({reason})");
        }

        if (events is [.., var last] && !last.StartsWith("deferred", StringComparison.Ordinal))
            Line($"qmgr[7]: {id}: removed");
    }

    private void Line(string text) => _mail.Append(
        CultureInfo.InvariantCulture, $"{Time:yyyy-MM-dd'T'HH:mm:ss.ffffffzzz} mx postfix/{text}\n");

    private DateTimeOffset Time => FixedClock.Start.AddMinutes(-60 + _made);
}
