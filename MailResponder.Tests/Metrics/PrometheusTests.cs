using System.Globalization;
using MailResponder.Tests.Host;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.Metrics;

/// <summary>Runs `responder metrics prometheus` of the published program, and reads the output with promtool.</summary>
public sealed class PrometheusTests : IDisposable
{
    private readonly MetricsPlace _place = new(null);

    public void Dispose() => _place.Dispose();

    [Fact]
    public void Numbers_EqualTheTraffic_AndOnlyGrow()
    {
        Run();
        var durations = new List<long>();
        for (var i = 0; i < 5; i++) durations.Add(_place.Answer(RequestMail.FromSomebodyNew()));
        for (var i = 0; i < 4; i++) durations.Add(
            _place.Answer(RequestMail.FromSomebodyNew(), "--recipient", "links@example.com"));
        _place.Answer(RequestMail.FromSomebodyNew(), "--sender", "");
        var first = Run();
        _place.Write(Outcome.Deferred(Cause.Database, "database: away"), 61_000);
        for (var i = 0; i < 6; i++) durations.Add(
            _place.Answer(RequestMail.FromSomebodyNew(), "--recipient", "links@example.com"));
        var second = Run();

        Assert.Equal((9, 1, 0, 0), (first["messages_total{result=\"replied\"}"],
            first["messages_total{result=\"skipped\"}"],
            first["messages_total{result=\"deferred\"}"], first["messages_total{result=\"failed\"}"]));
        // Four requests wait for the fifth.
        Assert.Equal(["replies_total{address=\"get@example.com\"} 10"], first.Where(one =>
            one.Key.StartsWith("replies_total", StringComparison.Ordinal)).Select(one => $"{one.Key} {one.Value}"));
        Assert.Equal((10, 10), (second["replies_total{address=\"get@example.com\"}"],
            second["replies_total{address=\"links@example.com\"}"]));
        Assert.Equal((15, 1), (second["messages_total{result=\"replied\"}"],
            second["messages_total{result=\"deferred\"}"]));
        durations.Add(61_000);
        Assert.Equal(durations.Sum() / 1000.0, second["processing_seconds_sum"], precision: 6);
        Assert.Equal(16, second["processing_seconds_count"]);
        Assert.Equal(16, second["processing_seconds_bucket{le=\"+Inf\"}"]);
        Assert.Equal(15, second["processing_seconds_bucket{le=\"60\"}"]);
        Assert.Equal(durations.Count(ms => ms <= 25), second["processing_seconds_bucket{le=\"0.025\"}"]);
        foreach (var (name, value) in first)
            if (!name.Contains("_ratio", StringComparison.Ordinal)
                && !name.StartsWith("queue_", StringComparison.Ordinal)) Assert.InRange(
                second[name], value, double.MaxValue);
    }

    [Fact]
    public void OutputFile_IsReplacedAtOnce()
    {
        var file = _place.Place.PathTo("mail_responder.prom");
        File.WriteAllText(file, "old");
        using var reader = new StreamReader(file); // keeps the old file open
        var run = _place.Place.Command("metrics", "prometheus", "--output", file, "--log", _place.Log);
        Assert.True(run.ExitCode == 0, run.Errors);
        Assert.Equal("", run.OutputText);
        Assert.Equal("old", reader.ReadToEnd());
        Assert.EndsWith("\n", File.ReadAllText(file), StringComparison.Ordinal);
        // node_exporter runs as another user.
        Assert.True((File.GetUnixFileMode(file) & UnixFileMode.OtherRead) != 0);
        Assert.Single(Directory.GetFiles(_place.Place.Folder, "mail_responder.prom*"));
    }

    /// <summary>
    /// Each run shows what `postfix-log` counted last. It does not wait for the database, which a day with a million
    /// mails keeps locked for long.
    /// </summary>
    [Fact]
    public void Outcomes_AreThoseThatPostfixLogCounted()
    {
        var (log, name) = (_place.Place.PathTo("maillog"), "0123456789abcdef0123456789abcdef");
        File.WriteAllLines(log, Enumerable.Range(0, 6).SelectMany(i => (string[])
            [$"pickup[5]: 4A0000{i}: uid=999 from=<bounces@example.com>",
            $"cleanup[6]: 4A0000{i}: message-id=<{i}{name}@example.com>",
            $"smtp[7]: 4A0000{i}: to=<zahra@gmail.com>, relay=mx.gmail.com[198.51.100.9]:25, delay=0.4, "
                + "delays=0.1/0.1/0/0.2, dsn=2.0.0, status=sent (250 OK)"])
            .Select(line => $"{DateTimeOffset.Now.AddSeconds(-9):O} mx postfix/{line}"));
        _place.Write(new Outcome(Result.Replied)
        {
            Address = "get@example.com",
            QueueId = "4B00000",
            Receipts = [.. Enumerable.Range(0, 6).Select(i => $"sendmail:{i}{name}")],
        }, 7);
        var read = _place.Place.Command("postfix-log", "--mail-log", log, "--log", _place.Log);
        Assert.True(read.ExitCode == 0, read.Errors);
        using var database = new Microsoft.Data.Sqlite.SqliteConnection(
            $"Data Source={_place.Place.PathTo("postfix-log/rows.db")};Pooling=False");
        database.Open();
        using var command = database.CreateCommand();
        command.CommandText = "BEGIN EXCLUSIVE";
        command.ExecuteNonQuery();

        Assert.Equal(6, Run()["reply_outcomes{provider=\"gmail.com\",outcome=\"sent\"}"]);
    }

    [Fact]
    public void OutputThatCannotBeWritten_CountsNothing()
    {
        Run();
        _place.Replied(6);
        var run = _place.Place.Command(
            "metrics", "prometheus", "--output", _place.Place.PathTo("missing/x.prom"), "--log", _place.Log);
        Assert.Equal(73, run.ExitCode);
        Assert.Contains("missing/x.prom: does not exist", run.Errors, StringComparison.Ordinal);
        Assert.Equal(5, Run()["replies_total{address=\"get@example.com\"}"]);
    }

    [Fact]
    public void StateThatCannotBeWritten_HidesNothing_AndCountsOnce()
    {
        Run();
        _place.Replied(6);
        // The unfinished state cannot replace a folder.
        Directory.CreateDirectory(_place.Place.PathTo("state/prometheus.json.new/full"));
        var run = _place.Place.Command("metrics", "prometheus", "--log", _place.Log);
        Assert.Equal(73, run.ExitCode);
        Assert.Contains("replies_total{address=\"get@example.com\"} 5\n", run.OutputText, StringComparison.Ordinal);
        Assert.Contains("disk_used_ratio{", run.OutputText, StringComparison.Ordinal);
        Directory.Delete(_place.Place.PathTo("state/prometheus.json.new"), recursive: true);
        Assert.Equal(5, Run()["replies_total{address=\"get@example.com\"}"]);
    }

    [Fact]
    public void NobodyIsNamed()
    {
        Run();
        var requests = Enumerable.Range(0, 6).Select(_ => RequestMail.FromSomebodyNew()).ToList();
        foreach (var request in requests) _place.Answer(request);
        Run();
        var files = string.Concat(Directory.GetFiles(_place.Place.PathTo("state"))
            .Append(_place.Place.PathTo("out.prom"))
            .Select(File.ReadAllText));
        Assert.DoesNotContain("freemail", files, StringComparison.OrdinalIgnoreCase);
        Assert.All(requests, request =>
            Assert.DoesNotContain(request.From.Split('@')[0], files, StringComparison.OrdinalIgnoreCase));
        Assert.Equal("700\n", ToolRun.Of("stat", "-c", "%a", _place.Place.PathTo("state")).AssertDone());
    }

    /// <summary>Returns the samples without their common prefix, after promtool has found no fault in them.</summary>
    private Dictionary<string, double> Run()
    {
        var run = _place.Place.Command("metrics", "prometheus", "--log", _place.Log);
        Assert.True(run.ExitCode == 0, run.Errors);
        var file = _place.Place.PathTo("out.prom");
        File.WriteAllText(file, run.OutputText);
        Assert.Equal("", ToolRun.Of("sh", "-c", $"promtool check metrics <'{file}'").AssertDone());
        return run.OutputText.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] != '#')
            .Select(line => line.Split("} ") is [var name, var value] ? (Name: name + "}", Value: value)
            : (Name: line.Split(' ')[0], Value: line.Split(' ')[1]))
            .ToDictionary(sample => sample.Name["mail_responder_".Length..], sample =>
            double.Parse(sample.Value, CultureInfo.InvariantCulture));
    }
}
