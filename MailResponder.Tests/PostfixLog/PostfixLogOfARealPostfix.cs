using System.Text;
using System.Text.RegularExpressions;
using MailResponder.PostfixLog;
using MailResponder.Tests.Host;
using MailResponder.Tests.Postfix;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.PostfixLog;

/// <summary>Reads the log files that a real Postfix writes about a known mix of mails.</summary>
[Collection("Postfix")]
public sealed class PostfixLogOfARealPostfix
{
    [Theory]
    [InlineData("main-relay-domains.cf", "enable_long_queue_ids = yes")]
    [InlineData("main.cf", "")]
    [InlineData("main.cf", "transport_maps =")]
    public void EveryNumber_IsWhatWasSent(string sample, string more)
    {
        using var traffic = new MixedTraffic(sample, more);
        traffic.Send();
        var maillog = traffic.Place.PathTo("mail.log");
        File.WriteAllText(maillog, traffic.Postfix.MailLog);
        File.WriteAllLines(traffic.Place.PathTo("events.log"), traffic.Place.Log.Events);

        var run = Read(traffic.Place);
        Assert.True(run.ExitCode == 0, run.Errors);
        Assert.EndsWith(", of unknown form: 0\n", run.OutputText, StringComparison.Ordinal);
        traffic.AssertCounts(Summary(traffic.Place));
        traffic.AssertReport(traffic.Place.Command(
            "stats", "--json", "--log", traffic.Place.PathTo("events.log"), "--since", "2026-01-01",
            "--until", "2036-01-01").OutputText);

        // The second run finds nothing new.
        var before = Dump(traffic.Place);
        Assert.Equal("lines read: 0, of unknown form: 0\n", Read(traffic.Place).OutputText);
        Assert.Equal(before, Dump(traffic.Place));

        MixedTraffic.AssertNobodyIsNamedIn(
            Encoding.Latin1.GetString(File.ReadAllBytes(Database(traffic.Place))) + run.OutputText);
        Assert.Equal("640\n", ToolRun.Of("stat", "-c", "%a", Database(traffic.Place)).AssertDone());
    }

    /// <summary>
    /// The next host refuses every reply permanently. The responder could not know that and logged the requests as
    /// answered.
    /// </summary>
    [Fact]
    public void RepliesThatTheWorldRefuses_AreBounced()
    {
        using var place = new Workplace();
        place.Settings["limits"] = new System.Text.Json.Nodes.JsonObject
        {
            ["large_domains"] = new System.Text.Json.Nodes.JsonArray("freemail.test"),
        };
        place.Settings["postfix_log"] = new System.Text.Json.Nodes.JsonObject { ["database"] = Database(place) };
        place.Settings["own_domains"] = new System.Text.Json.Nodes.JsonArray("example.com");
        var port = Loopback.FreePort();
        using var refusing = System.Diagnostics.Process.Start(
            "smtp-sink", ["-u", "postfix", "-f", "RCPT", "-B", "550 5.1.1 no such user", $"127.0.0.1:{port}", "100"]);
        using var postfix = new PrivatePostfix(place, "main.cf", $"relayhost = [127.0.0.1]:{port}\n");
        place.SendThrough(Route.HandingOverTo(postfix.UnfilteredPort));
        place.GiveTo("mail_responder");
        var people = Enumerable.Range(0, 6).Select(_ => RequestMail.FromSomebodyNew()).ToList();
        people.ForEach(person => postfix.Accept(person));
        postfix.WaitUntilQueueIsEmpty();
        File.WriteAllText(place.PathTo("mail.log"), postfix.MailLog);
        File.WriteAllLines(place.PathTo("events.log"), place.Log.Events);

        var run = Read(place);
        Assert.True(run.ExitCode == 0, run.Errors);
        var summary = Summary(place);
        Assert.Equal(6, summary.Answered);
        Assert.Equal(new ProviderOutcomes("freemail.test", 0, 0, summary.Outcomes[0].Total, 0, 0),
            Assert.Single(summary.Outcomes));
        Assert.InRange(summary.Outcomes[0].Bounced, 6, 12);
        var metrics = place.Command("metrics", "prometheus", "--log", "/dev/null").OutputText;
        Assert.Contains(
            $"reply_outcomes{{provider=\"freemail.test\",outcome=\"bounced\"}} {summary.Outcomes[0].Bounced}\n",
            metrics, StringComparison.Ordinal);
        refusing.Kill();

        // Postfix's reports to the bounce address went through its alias to `responder feedback --bounce`.
        Assert.All(people, person => Assert.Equal(
            "blocked, because a reply bounced or was complained about\n",
            place.Command("blacklist", "check", person.From).OutputText));
        // Anybody can send mail to that address; other mail is dropped silently.
        postfix.Accept(people[0] with { MoreHeaders = "Content-Type: multipart/report; boundary=b\r\n" },
            "bounces@example.com");
        postfix.WaitUntilQueueIsEmpty();
        Assert.Matches(
            "(?m)orig_to=<bounces@example.com>, relay=feedback, .* status=sent \\(delivered via feedback service",
            postfix.MailLog);
        Assert.DoesNotMatch("relay=feedback, delay=.*status=(deferred|SOFTBOUNCE)", postfix.MailLog);
    }

    /// <summary>The next host has no STARTTLS, and therefore gets nothing.</summary>
    [Fact]
    public void RepliesThatCannotBeEncrypted_AreCounted()
    {
        using var place = new Workplace();
        place.Settings["limits"] = new System.Text.Json.Nodes.JsonObject
        {
            ["large_domains"] = new System.Text.Json.Nodes.JsonArray("freemail.test"),
        };
        place.Settings["postfix_log"] = new System.Text.Json.Nodes.JsonObject { ["database"] = Database(place) };
        place.Settings["own_domains"] = new System.Text.Json.Nodes.JsonArray("example.com");
        using var plain = new EncryptingServer(null);
        using var postfix = new PrivatePostfix(place, "main.cf", $"relayhost = {plain.NextHop}\n");
        plain.Start(postfix.Sink.Port);
        place.SendThrough(Route.HandingOverTo(postfix.UnfilteredPort));
        place.GiveTo("mail_responder");
        List<RequestMail> people =
            [.. Enumerable.Range(0, 5).Select(_ => RequestMail.FromSomebodyNew()), new("zahra@small-office.example")];
        people.ForEach(person => postfix.Accept(person));
        Patience.Until("twelve replies that wait",
            () => Regex.Matches(postfix.MailLog, @"(\w+): to=<\S+, relay=.* status=deferred")
                .DistinctBy(line => line.Groups[1].Value).Count() == 12, () => postfix.MailLog);
        // A reply may already be waiting while its responder has not yet logged that it was sent.
        Patience.Until("an event of each request", () => place.Log.Events.Count == people.Count);
        File.WriteAllText(place.PathTo("mail.log"), postfix.MailLog);
        File.WriteAllLines(place.PathTo("events.log"), place.Log.Events);

        var run = Read(place);
        Assert.True(run.ExitCode == 0, run.Errors);
        Assert.Equal([new("freemail.test", 0, 10, 0, 0, 0, 10), new(ProviderOutcomes.Others, 0, 2, 0, 0, 0, 2)],
            Summary(place).Outcomes);
        Assert.Empty(postfix.Sink.Mails);
        var shown = place.Command("stats", "--log", place.PathTo("events.log"), "--since", "2026-01-01", "--until",
            "2036-01-01").OutputText + place.Command("metrics", "prometheus", "--log", "/dev/null").OutputText;
        Assert.Contains("12 deferred, 12 for want of TLS", shown, StringComparison.Ordinal);
        Assert.Contains("outcome=\"without_tls\"} 12\n", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("small-office",
            shown + Encoding.Latin1.GetString(File.ReadAllBytes(Database(place))), StringComparison.Ordinal);
    }

    internal static ProgramRun Read(Workplace place) => place.Command(
        "postfix-log", "--mail-log", place.PathTo("mail.log"), "--log", place.PathTo("events.log"));

    internal static string Database(Workplace place) => place.PathTo("postfix-log/rows.db");

    internal static PostfixLogSummary Summary(Workplace place) =>
        PostfixLogDatabase.Summarise(Database(place), DateTimeOffset.UtcNow.AddDays(-1),
            DateTimeOffset.UtcNow.AddDays(1), 1)!;

    private static string Dump(Workplace place) =>
        ToolRun.Of("sqlite3", Database(place), ".dump message", ".dump rejection", ".dump receipt")
        .AssertDone();
}
