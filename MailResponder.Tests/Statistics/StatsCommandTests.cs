using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using MailResponder.Incoming;
using MailResponder.Tests.Mail;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.Statistics;

/// <summary>
/// Runs `responder stats` of the published program: the logs that it counts, and the forms of its report.
/// </summary>
public sealed class StatsCommandTests : IDisposable
{
    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public void PlainOrCompressed_TheNumbersAreTheSame()
    {
        File.WriteAllText(_place.PathTo("plain"), StatsRun.Sample.Text);
        using (var gzip = new GZipStream(File.Create(_place.PathTo("compressed")), CompressionLevel.Fastest))
            gzip.Write(Encoding.UTF8.GetBytes(StatsRun.Sample.Text));

        foreach (var log in (string[])["plain", "compressed"])
        {
            var messages = _place.Stats("--log", _place.PathTo(log))["messages"]!;
            Assert.Equal((12, 24, 3), ((int)messages["answered"]!, (int)messages["replies"]!,
                (int)messages["skipped"]!["spam"]!));
            Assert.Equal(12, (int)messages["addresses"]!["get@example.com"]!);
            Assert.Equal(24, messages["replies_by_hour"]!.AsArray().Sum(hour => (int)hour!));
        }
    }

    [Fact]
    public void CutGzipFile_IsNotReportedAsTheWhole()
    {
        using var whole = new MemoryStream();
        using (var gzip = new GZipStream(whole, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(Encoding.UTF8.GetBytes(
                string.Concat(Enumerable.Range(0, 4000).Select(i => $"{i * 7919} {i}\n"))));
        File.WriteAllBytes(_place.PathTo("cut.gz"), whole.ToArray()[..(int)(whole.Length / 2)]);

        var run = _place.Command("stats", "--log", _place.PathTo("cut.gz"));

        Assert.Equal(66, run.ExitCode);
        Assert.Contains("cut.gz: is damaged, or is not one complete gzip file", run.Errors,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mail_responder-events.log.1", false)]
    [InlineData("mail_responder-events.log.1.gz", true)]
    public void WithoutALog_TheRotatedOneIsTaken(string name, bool isCompressed)
    {
        Directory.CreateDirectory(_place.PathTo("var-log"));
        File.WriteAllText(_place.PathTo("var-log/mail_responder-events.log"), "today\n");
        using (Stream file = File.Create(_place.PathTo("var-log/" + name)),
            log = isCompressed ? new GZipStream(file, CompressionLevel.Fastest) : file)
            log.Write(Encoding.UTF8.GetBytes(StatsRun.Sample.Text));

        var run = WithLogs("--json");

        Assert.True(run.ExitCode == 0, run.Errors);
        Assert.Equal("/var/log/" + name, (string?)JsonNode.Parse(run.OutputText)!["log"]);
        Assert.Equal(12, (int)JsonNode.Parse(run.OutputText)!["messages"]!["answered"]!);
    }

    [Fact]
    public void WithoutARotatedLog_ItSaysWhatToDo()
    {
        Directory.CreateDirectory(_place.PathTo("var-log"));
        var run = WithLogs();
        Assert.Equal(66, run.ExitCode);
        Assert.Contains("logrotate has not run yet", run.Errors, StringComparison.Ordinal);
        Assert.Contains("stats --log /var/log/mail_responder-events.log", run.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2026-11-21T00:00:05Z", "2026-11-21T00:00:09+00:00", 4)]
    [InlineData("2026-11-21T00:00Z", "2026-11-21T00:01Z", 12)]
    [InlineData("2026-11-20", "2026-11-23", 12)]
    [InlineData("2026-11-21T03:00:10+03:00", null, 2)]
    [InlineData(null, "2026-11-21T00:00:03Z", 3)]
    public void Span_IsWhatIsCounted(string? since, string? until, int answered)
    {
        File.WriteAllText(_place.PathTo("log.1"), StatsRun.Sample.Text);
        string[] span = [.. since is null ? [] : (string[])["--since", since],
            .. until is null ? [] : (string[])["--until", until]];
        Assert.Equal(answered, (int)_place.Stats(["--log", _place.PathTo("log.1"), .. span])["messages"]!["answered"]!);
    }

    [Theory]
    [InlineData("--since", "yesterday")]
    [InlineData("--since", "2026-11-31")]
    [InlineData("--until", "21.11.2026")]
    [InlineData("--since", "2026-11-21", "--until", "2026-11-21")]
    [InlineData("--json", "--email")]
    [InlineData("--json", "--html", "/nowhere")]
    [InlineData("more")]
    public void WhatCannotBeMeant_IsAUsageError(params string[] arguments)
    {
        var run = _place.Command(["stats", "--log", "/dev/null", .. arguments]);
        Assert.Equal((64, ""), (run.ExitCode, run.OutputText));
        Assert.StartsWith("responder: ", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void MissingLog_SettingsOrFolder_IsNamed()
    {
        Assert.Equal((66, $"responder: {_place.PathTo("none")}: does not exist\n"),
            Failure("--log", _place.PathTo("none")));
        Assert.Equal((73, $"responder: {_place.PathTo("none/a.html")}: does not exist\n"),
            Failure("--log", "/dev/null", "--html", _place.PathTo("none/a.html")));
        var run = ResponderProcess.Run(
            ResponderProcess.Plainly, [], "stats", "--log", "/dev/null", "--settings", _place.PathTo("none.json"));
        Assert.Equal(78, run.ExitCode);
        Assert.Contains("none.json: does not exist", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Mail_IsMadeSignedAndSentAsAReplyIs()
    {
        File.WriteAllText(_place.PathTo("log.1"), StatsRun.Sample.Text);
        _place.Settings["statistics"] = new JsonObject
        {
            ["to"] = "Operators <ops@example.net>",
            ["from"] = "Statistics <stats@example.com>",
        };
        _place.Write();

        var run = _place.Command("stats", "--log", _place.PathTo("log.1"), "--email");

        Assert.True(run.ExitCode == 0, run.Errors);
        Assert.StartsWith("sent: ", run.OutputText, StringComparison.Ordinal);
        var mail = Assert.Single(ReadMail.All(_place.Outbox));
        Assert.Empty(mail.Defects);
        Assert.True(mail.IsSignedByUs);
        Assert.True(mail.IsAscii);
        Assert.InRange(mail.LongestLine, 1, 998);
        Assert.Equal(["multipart/alternative", "text/plain", "text/html"], mail.Types);
        Assert.Equal(("Operators <ops@example.net>", "Statistics <stats@example.com>"), (mail["To"], mail["From"]));
        Assert.Equal(("auto-generated", "All"), (mail["Auto-Submitted"], mail["X-Auto-Response-Suppress"]));
        Assert.EndsWith(", 2026-11-21: 12 answered", mail["Subject"], StringComparison.Ordinal);
        var text = Encoding.UTF8.GetString(mail.Content("text/plain"));
        Assert.Matches("Requests answered +12\r?\n", text);
        Assert.Matches("  spam +3 ##", text);
        Assert.Contains("<!DOCTYPE html>", Encoding.UTF8.GetString(mail.Content("text/html")),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Mail_WithoutStatisticsInTheSettings_IsNotSentAndNoError()
    {
        var run = _place.Command("stats", "--log", "/nowhere", "--email");
        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        Assert.Contains("no mail: ", run.OutputText, StringComparison.Ordinal);
        Assert.Empty(_place.Outbox);
    }

    [Fact]
    public void MailThatCannotBeSentNow_Is75()
    {
        _place.Settings["statistics"] = new JsonObject { ["to"] = "ops@example.net" };
        _place.SendThrough("exit 75");
        var run = _place.Command("stats", "--log", "/dev/null", "--email");
        Assert.Equal(75, run.ExitCode);
        Assert.Contains("the statistics were not sent", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Html_IsOnePage()
    {
        File.WriteAllText(_place.PathTo("log.1"), StatsRun.Sample.Text);
        var run = _place.Command("stats", "--log", _place.PathTo("log.1"), "--html", _place.PathTo("a.html"));
        Assert.Equal((0, ""), (run.ExitCode, run.OutputText + run.Errors));
        Assert.EndsWith("</html>\n", File.ReadAllText(_place.PathTo("a.html")), StringComparison.Ordinal);
    }

    /// <summary>Uses the lines that the filter really logs for requests.</summary>
    [Fact]
    public void NoRequester_IsInAnyForm()
    {
        _place.Settings["blocked_domains"] = new JsonArray("blocked.test");
        _place.Settings["statistics"] = new JsonObject { ["to"] = "ops@example.net" };
        _place.Settings["daily_limit"] = 1;
        _place.Write();
        string[] froms = ["someone-one@freemail.test", "someone-two@freemail.test", "someone-one@freemail.test",
            "someone-three@blocked.test", "noreply@freemail.test"];
        foreach (var from in froms)
            _place.Filter((RequestMail.FromSomebodyNew() with { From = from }).Again(), "--recipient",
                "links@example.com").AssertDone();
        File.WriteAllLines(_place.PathTo("log.1"), _place.Log.Events);

        var report = _place.Stats("--log", _place.PathTo("log.1"));
        var text = _place.Command("stats", "--log", _place.PathTo("log.1")).OutputText;
        _place.Command("stats", "--log", _place.PathTo("log.1"), "--html", _place.PathTo("a.html"));

        Assert.Equal((2, 2), ((int)report["messages"]!["answered"]!, (int)report["messages"]!["others"]!));
        Assert.Equal("""{"blocked-domain":1,"over-quota":1,"robot-sender":1}""",
            report["messages"]!["skipped"]!.ToJsonString());
        Assert.All((string[])[report.ToJsonString(), text, File.ReadAllText(_place.PathTo("a.html"))], form =>
        {
            foreach (var word in (string[])["someone", "freemail", "blocked.test", "links@example.com"])
                Assert.DoesNotContain(word, form, StringComparison.OrdinalIgnoreCase);
        });
    }

    /// <summary>RESPONDER_STATS_MEGABYTES=1000 makes the test longer.</summary>
    [Fact]
    public void MemoryStaysTheSame_WhateverTheLog()
    {
        var megabytes = int.Parse(Environment.GetEnvironmentVariable(
            "RESPONDER_STATS_MEGABYTES") is { Length: > 0 } text ? text : "100", CultureInfo.InvariantCulture);
        var block = new MadeLog();
        for (var i = 0; i < 3000; i++) block.Replied($"get{i % 30}@example.com", ms: i % 700, replies: 2)
            .Skipped(SkipReason.Spam, 2);
        var bytes = Encoding.UTF8.GetBytes(block.Text);
        var blocks = megabytes * 1_000_000 / bytes.Length;
        File.WriteAllBytes(_place.PathTo("small"), bytes);
        using (var file = File.Create(_place.PathTo("large")))
        {
            for (var i = 0; i < blocks; i++) file.Write(bytes);
        }

        var (smallKiB, _) = Peak("small");
        var begin = DateTime.UtcNow;
        var (largeKiB, answered) = Peak("large");
        var seconds = (DateTime.UtcNow - begin).TotalSeconds;

        Assert.Equal(3000 * blocks, answered);
        Assert.True(largeKiB < 100_000 && largeKiB < smallKiB + 40_000,
            $"{smallKiB} KiB for a block, {largeKiB} KiB for {megabytes} MB");
        Assert.True(seconds < 10 + megabytes * 0.1, $"{megabytes} MB took {seconds:0.0} s");
    }

    private (int ExitCode, string Errors) Failure(params string[] arguments)
    {
        var run = _place.Command(["stats", .. arguments]);
        return (run.ExitCode, run.Errors);
    }

    /// <summary>Runs with the folder var-log mounted in place of /var/log.</summary>
    private ProgramRun WithLogs(params string[] arguments) =>
        _place.StatsWith(_place.PathTo("var-log"), "/var/log", arguments);

    private (long KiB, int Answered) Peak(string log)
    {
        const string measure = "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True); "
            + "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)";
        var run = ResponderProcess.Run($"exec /usr/bin/python3 -c '{measure}' \"$@\"", [],
            "stats", "--settings", _place.SettingsFile, "--json", "--log", _place.PathTo(log));
        Assert.True(run.ExitCode == 0, run.Errors);
        return (long.Parse(run.Errors, CultureInfo.InvariantCulture),
            (int)JsonNode.Parse(run.OutputText)!["messages"]!["answered"]!);
    }
}
