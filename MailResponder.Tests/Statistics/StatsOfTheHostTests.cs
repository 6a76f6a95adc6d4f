using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using MailResponder.Tests.Program;
using MailResponder.Tests.Ses;

namespace MailResponder.Tests.Statistics;

/// <summary>
/// What `responder stats` reports in addition to its log: disks, Postfix's queue and log, SES, the instance.
/// </summary>
public sealed class StatsOfTheHostTests : IDisposable
{
    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    /// <summary>
    /// The same figure as in the metrics and in df(1), which rounds up. Space reserved for root is neither free nor
    /// used.
    /// </summary>
    [Fact]
    public void Disk_IsAsFullAsTheMetricsSay()
    {
        File.WriteAllText(_place.PathTo("sample.log"), StatsRun.Sample.Text);
        var root = _place.Stats("--log", _place.PathTo("sample.log"))["host"]!["disks"]!.AsArray()
            .Single(disk => (string?)disk!["name"] == "/")!;
        var used = 1 - ((double)root["free_bytes"]! / (double)root["total_bytes"]!);

        var metrics = _place.Command("metrics", "prometheus").OutputText;
        var metric = System.Text.RegularExpressions.Regex.Match(
            metrics, "disk_used_ratio\\{.*mount_path=\"/\"\\} ([0-9.]+)").Groups[1].Value;
        Assert.InRange(used, double.Parse(metric, CultureInfo.InvariantCulture) - 0.005,
            double.Parse(metric, CultureInfo.InvariantCulture) + 0.005);
        var df = double.Parse(Host.ToolRun.Of("df", "--output=pcent", "/").AssertDone().Split('\n')[1].Trim(' ', '%'),
            CultureInfo.InvariantCulture);
        Assert.InRange(100 * used, df - 1.5, df + 0.5);
    }

    [Fact]
    public void NumbersOfSes_AreSummedOverDayWeekAndTwoWeeks()
    {
        using var ses = new SesDouble(
            number => number == 1 ? Quota : Statistics(
            (1, 100, 4, 0, 2), (30, 900, 1, 1, 0), (24 * 6, 9000, 20, 3, 1), (24 * 10, 90_000, 0, 0, 7),
            (24 * 20, 5, 5, 5, 5)));
        _place.SendThrough(ses);

        var report = _place.Stats("--log", "/dev/null");

        Assert.Empty(ses.SignatureFaults);
        Assert.Equal((50_000, 14, 127),
            ((int)report["ses"]!["per_day"]!, (int)report["ses"]!["per_second"]!,
            (int)report["ses"]!["sent_in_day"]!));
        string[] names = ["days", "deliveries", "bounces", "complaints", "rejects"];
        Assert.Equal(["1 100 4 0 2", "7 10000 25 4 3", "14 100000 25 4 10"],
            report["ses"]!["spans"]!.AsArray()
            .Select(span => string.Join(' ', names.Select(name => (int)span![name]!))));
        Assert.Equal(0.04, (double)report["ses"]!["spans"]![0]!["bounce_share"]!, 9);
        Assert.Contains("4.00% of the mails of the last day bounced",
            Assert.Single(report["warnings"]!.AsArray())!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public void SesThatRefuses_SpoilsNothingElse()
    {
        using var ses = SesDouble.That(SesAnswer.Error(403, "AccessDenied", SesAnswer.Leak));
        _place.SendThrough(ses);
        File.WriteAllText(_place.PathTo("log.1"), StatsRun.Sample.Text);

        var report = _place.Stats("--log", _place.PathTo("log.1"));

        Assert.Contains("ses:GetSendQuota", (string?)report["problems"]!["ses"], StringComparison.Ordinal);
        Assert.DoesNotContain("requester", report.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(12, (int)report["messages"]!["answered"]!);
    }

    /// <summary>Reads the rows kept by `responder postfix-log`, whose own tests check every number in them.</summary>
    [Fact]
    public void PostfixLog_IsReadOfTheSameSpan()
    {
        File.WriteAllText(_place.PathTo("log.1"), StatsRun.Sample.Text);
        File.WriteAllText(_place.PathTo("rows.db"), "no database, but long enough to be looked at as one\n");
        Assert.Null(_place.Stats("--log", _place.PathTo("log.1"))["postfix"]);

        _place.Settings["postfix_log"] = new JsonObject { ["database"] = "rows.db" };
        _place.Write();
        var report = _place.Stats("--log", _place.PathTo("log.1"));
        Assert.Contains("rows.db", (string?)report["problems"]!["postfix"], StringComparison.Ordinal);
        Assert.Equal(12, (int)report["messages"]!["answered"]!);

        File.Delete(_place.PathTo("rows.db"));
        File.WriteAllText(_place.PathTo("maillog"), "");
        Assert.Equal(0, _place.Command(
            "postfix-log", "--mail-log", _place.PathTo("maillog"), "--log", _place.PathTo("maillog")).ExitCode);
        Assert.Equal(0, (int)_place.Stats("--log", _place.PathTo("log.1"))["postfix"]!["received"]!);
    }

    /// <summary>
    /// A responder that cannot start logs no event, so its log ends early, or has no line. Only Postfix knows of the
    /// mail.
    /// </summary>
    [Theory]
    [InlineData(true, "9 of 10 mails were deferred")]
    [InlineData(false, "9 mails were received, and none was answered", "9 of 9 mails were deferred")]
    public void Outage_IsSeenThoughTheResponderLoggedNothing(bool answersOne, params string[] warnings)
    {
        DateTimeOffset now = DateTime.Now;
        var log = new MadeLog { Time = now.AddSeconds(-30) };
        File.WriteAllText(_place.PathTo("log.1"), answersOne
            ? log.Replied("get@example.com").Text.Replace("4bXyz", "4A00000", StringComparison.Ordinal) : "");
        File.WriteAllLines(_place.PathTo("maillog"), Enumerable.Range(answersOne ? 0 : 1, answersOne ? 10 : 9)
            .Select(i => string.Create(CultureInfo.InvariantCulture, $"{now.AddSeconds(i - 30):O} mx postfix/pipe[7]: "
                + $"4A{i:X5}: to=<mail_responder+get@example.com>, orig_to=<get@example.com>, relay=responder, "
                + $"delay=0, delays=0/0/0/0, dsn=4.3.0, status={(i == 0 ? "sent" : "SOFTBOUNCE")} (why)")));
        _place.Settings["postfix_log"] = new JsonObject { ["database"] = "rows.db" };
        _place.Write();
        var read = _place.Command(
            "postfix-log", "--mail-log", _place.PathTo("maillog"), "--log", _place.PathTo("log.1"));
        Assert.True(read.ExitCode == 0, read.Errors);

        var report = _place.Stats("--log", _place.PathTo("log.1"));

        Assert.Equal((answersOne ? 1 : 0, 9),
            ((int)report["postfix"]!["answered"]!, (int)report["postfix"]!["deferred"]!));
        Assert.Equal(warnings, report["warnings"]!.AsArray().Select(
            warning => warning!.GetValue<string>().Split('.')[0]));
    }

    [Fact]
    public void Instance_IsAskedWithAToken()
    {
        using var metadata = new MetadataDouble();
        var run = Under($"export AWS_EC2_METADATA_SERVICE_ENDPOINT={metadata.Url}; ", "--log", "/dev/null", "--json");
        var instance = JsonNode.Parse(run.OutputText)!["instance"]!;
        Assert.Equal(("i-0123456789abcdef0", "t4g.small", "eu-west-1b"),
            ((string?)instance["id"], (string?)instance["type"], (string?)instance["zone"]));
        Assert.Equal(["PUT /latest/api/token", "GET /latest/dynamic/instance-identity/document"], metadata.Paths);
    }

    [Fact]
    public void InstanceThatIsSilent_CostsSeconds()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var begin = DateTime.UtcNow;
        var run = Under($"export AWS_EC2_METADATA_SERVICE_ENDPOINT=http://{silent.LocalEndpoint}; ", "--log",
            "/dev/null", "--json");
        Assert.True(run.ExitCode == 0, run.Errors);
        Assert.Contains("did not answer", (string?)JsonNode.Parse(run.OutputText)!["problems"]!["instance"],
            StringComparison.Ordinal);
        Assert.InRange(DateTime.UtcNow - begin, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void Queue_IsCountedWithoutItsAddresses()
    {
        var queue = Message("deferred", "4bA", "somebody@freemail.test",
                """{"address": "get@example.com", "delay_reason": "x"}""")
            + Message("active", "4bB", "other@freemail.test", """{"address": "get@example.com"}""")
            + Message("deferred", "4bC", "", "");
        var report = JsonNode.Parse(WithPostqueue($"cat <<'EOF'\n{queue}EOF").OutputText)!;
        Assert.Equal("""{"deferred":2,"active":1}""", report["queue"]!.ToJsonString());
        Assert.DoesNotContain("freemail", report.ToJsonString(), StringComparison.Ordinal);

        static string Message(string queue, string id, string sender, string recipients) =>
            $$"""{"queue_name": "{{queue}}", "queue_id": "{{id}}", "arrival_time": 1, "message_size": 9,"""
            + $$""" "sender": "{{sender}}", "recipients": [{{recipients}}]}""" + "\n";
    }

    [Theory]
    [InlineData("echo somebody@freemail.test >&2; exit 69",
        "failed with exit code 69; is Postfix running, and may this user list the queue (authorized_mailq_users)?")]
    [InlineData("echo Mail queue is empty", "did not print its JSON form")]
    public void QueueThatCannotBeCounted_IsAProblem(string script, string problem)
    {
        var run = WithPostqueue(script);
        Assert.Contains(problem, (string?)JsonNode.Parse(run.OutputText)!["problems"]!["queue"],
            StringComparison.Ordinal);
        Assert.DoesNotContain("freemail", run.OutputText + run.Errors, StringComparison.Ordinal);
    }

    private static SesAnswer Quota => SesAnswer.Xml(200,
        "<GetSendQuotaResponse xmlns=\"http://ses.amazonaws.com/doc/2010-12-01/\">"
        + "<GetSendQuotaResult><SentLast24Hours>127.0</SentLast24Hours>"
        + "<Max24HourSend>50000.0</Max24HourSend><MaxSendRate>14.0</MaxSendRate>"
        + "</GetSendQuotaResult></GetSendQuotaResponse>");

    private static SesAnswer Statistics(params (
        int HoursAgo, int Deliveries, int Bounces, int Complaints, int Rejects)[] points) => SesAnswer.Xml(200,
        "<GetSendStatisticsResponse xmlns=\"http://ses.amazonaws.com/doc/2010-12-01/\">"
        + "<GetSendStatisticsResult><SendDataPoints>"
        + string.Concat(points.Select(point => string.Create(CultureInfo.InvariantCulture,
            $"<member><DeliveryAttempts>{point.Deliveries}</DeliveryAttempts>"
            + $"<Timestamp>{DateTime.UtcNow.AddHours(-point.HoursAgo):yyyy-MM-dd'T'HH:mm:ss'Z'}</Timestamp>"
            + $"<Rejects>{point.Rejects}</Rejects><Bounces>{point.Bounces}</Bounces>"
            + $"<Complaints>{point.Complaints}</Complaints></member>")))
        + "</SendDataPoints></GetSendStatisticsResult></GetSendStatisticsResponse>");

    private ProgramRun Under(string preparation, params string[] arguments) => ResponderProcess.Run(
        preparation + ResponderProcess.Plainly, [], ["stats", "--settings", _place.SettingsFile, .. arguments]);

    private ProgramRun WithPostqueue(string script)
    {
        Executable.Write(_place.PathTo("postqueue"), $"#!/bin/sh\n{script}\n");
        return _place.StatsWith(_place.PathTo("postqueue"), "/usr/sbin/postqueue", "--log", "/dev/null", "--json");
    }
}
