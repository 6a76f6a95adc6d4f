using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;
using MailResponder.Tests.Postfix;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.Faults;

/// <summary>
/// Runs all cells, several at a time, under one Postfix that retries every second, and keeps the outcome of each. The
/// recipient's local part selects the cell: Postfix starts the script in the cell's folder.
/// </summary>
public sealed partial class FaultMatrix : IDisposable
{
    private const int AtATime = 6;

    private readonly string _folder = Directory.CreateTempSubdirectory("responder-cells-").FullName;
    private readonly Workplace _unused = new();
    private readonly FaultServers _servers = new();
    private readonly PrivatePostfix _postfix;
    private readonly ConcurrentDictionary<string, Task> _runs = [];
    private readonly SemaphoreSlim _turns = new(AtATime);

    public FaultMatrix()
    {
        File.SetUnixFileMode(_folder, (UnixFileMode)Convert.ToInt32("0711", 8));
        File.WriteAllLines(Path.Join(_folder, "transport"),
            FaultCells.All.Select(cell => $"cell-{cell.Name}@example.com cell:{cell.Name}"));
        _postfix = new PrivatePostfix(_unused, "main.cf",
            $"""
            transport_maps = texthash:{_folder}/transport
            queue_run_delay = 1s
            minimal_backoff_time = 1s
            maximal_backoff_time = 1s
            cell_destination_recipient_limit = 1
            """,
            $$"""
            cell unix - n n - 20 pipe
              flags=DORXhu user=mail_responder null_sender=
              argv={{_folder}}/${nexthop}/start --queue-id ${queue_id}
            """);
    }

    /// <summary>Fails if the cell failed. The first caller starts all cells.</summary>
    internal async Task Outcome(string name)
    {
        foreach (var cell in FaultCells.All) _ = _runs.GetOrAdd(cell.Name, _ => Task.Run(() => Run(cell)));
        await _runs[name];
    }

    public void Dispose()
    {
        Task.WaitAll([.. _runs.Values.Select(run => run.ContinueWith(_ => { }, TaskScheduler.Default))]);
        _postfix.Dispose();
        _unused.Dispose();
        _servers.Dispose();
        _turns.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task Run(FaultCell cell)
    {
        await _turns.WaitAsync();
        try
        {
            using var host = new FaultHost(_servers, _postfix.Binary);
            host.UseOutbox();
            cell.Prepare(host);
            if (!cell.IsFirstStart) host.AnswerSomebody();
            var before = host.Replies().Count;
            var earlierLines = host.Place.Log.Reports.Count;
            cell.Harm(host);
            var request = RequestMail.FromSomebodyNew() with { Body = $"hello\r\n{Phrase}\r\n" };
            Directory.CreateSymbolicLink(Path.Join(_folder, cell.Name), host.Place.Folder);
            Submit(request, $"cell-{cell.Name}@example.com");
            Patience.Until($"{cell.Name} is tried", () => Tries(cell).Count > 0, () => _postfix.MailLog);

            var firstTry = Tries(cell)[0];
            if (cell.Reason is not null || cell.IsSilent) AssertDeferred(cell, host, firstTry, before);
            else Assert.True(firstTry.Status == "sent", Evidence(cell, host));
            cell.Mend(host);
            host.Own();
            WaitUntilAnswered(cell, host);

            AssertAnswered(cell, host, before);
            AssertLines(cell, [.. host.Place.Log.Reports.Skip(earlierLines)]);
            AssertNoTraces(host, request);
            Assert.True(host.Unfinished.Count == 0, $"left behind: {string.Join(' ', host.Unfinished)}");
        }
        finally
        {
            _turns.Release();
        }
    }

    /// <summary>
    /// Waits until the message is answered. Postfix retries on its own; if the host is so busy that retries come late,
    /// the queue is flushed.
    /// </summary>
    private void WaitUntilAnswered(FaultCell cell, FaultHost host)
    {
        var sinceReminder = Stopwatch.StartNew();
        Patience.Until(
            $"{cell.Name} is answered",
            () =>
            {
                if (Tries(cell)[^1].Status == "sent") return true;
                if (sinceReminder.Elapsed > TimeSpan.FromSeconds(5))
                {
                    _postfix.FlushQueue();
                    sinceReminder.Restart();
                }
                return false;
            },
            () => Evidence(cell, host));
    }

    private const string Phrase = "my brother in Urumqi asks for it";

    private void Submit(RequestMail request, string recipient)
    {
        using var smtp = new SmtpDialogue(_postfix.Port);
        smtp.Say("EHLO client.freemail.test");
        smtp.Say($"MAIL FROM:<{request.From}>");
        smtp.Say($"RCPT TO:<{recipient}>");
        smtp.Data(System.Text.Encoding.UTF8.GetString(request.ToBytes()));
        smtp.Say("QUIT");
    }

    private void AssertDeferred(FaultCell cell, FaultHost host, Try first, int before)
    {
        Assert.True(first.Status == "deferred", $"{first.Status}: {first.Text}\n{Evidence(cell, host)}");
        // The output may end up in a delivery report: it is only the one generic line, without the status code that
        // Postfix has removed, or the signal.
        Assert.True(OurWords().IsMatch(first.Text), first.Text);
        if (cell.RepliesMeanwhile is { } count) Assert.True(
            count == host.Replies().Count - before,
            $"{host.Replies().Count - before} replies meanwhile\n{Evidence(cell, host)}");
        if (cell.Reason is null) return;
        var lines = host.Place.Log.Reports;
        var deferred = lines.First(line => line.Contains($"queue_id={first.QueueId} ", StringComparison.Ordinal));
        Assert.True(
            deferred.Contains($"deferred reason={cell.Reason} ", StringComparison.Ordinal)
            && Regex.Match(deferred, "problem=\".*").Value.Contains(cell.Problem, StringComparison.Ordinal),
            $"not \"{cell.Reason}\" with \"{cell.Problem}\" but: {deferred}");
    }

    private void AssertAnswered(FaultCell cell, FaultHost host, int before)
    {
        var replies = host.Replies().Skip(before).ToList();
        var distinct = replies.DistinctBy(reply => MessageId().Match(reply).Value).Count();
        Assert.True(distinct == 2, $"{distinct} replies\n{Evidence(cell, host)}");
        var attached = Convert.ToBase64String(host.Place.Attachment);
        Assert.True(replies.Exists(reply => reply.ReplaceLineEndings("").Contains(attached, StringComparison.Ordinal)),
            $"no reply has the attachment\n{Evidence(cell, host)}");
        // Postfix may have retried several times before the part worked again, each time with the same result.
        var failed = Tries(cell).Count(earlier => earlier.Status == "deferred");
        Assert.True(replies.Count - distinct <= cell.MaxDoubles * failed,
            $"{replies.Count} replies\n{Evidence(cell, host)}");
        Assert.DoesNotContain("status=bounced", LogOf(cell), StringComparison.Ordinal);
        Assert.DoesNotContain("status=expired", LogOf(cell), StringComparison.Ordinal);
        // Every envelope is marked NOTIFY=NEVER, so no mail returns in any case. There was no attempt to return one
        // either.
        Assert.DoesNotContain("notification: ", _postfix.MailLog, StringComparison.Ordinal);
    }

    /// <summary>Asserts that each delivery attempt wrote exactly one line.</summary>
    private void AssertLines(FaultCell cell, IReadOnlyList<string> lines)
    {
        var tries = Tries(cell);
        foreach (var one in tries.GroupBy(one => one.QueueId))
        {
            var written = lines.Count(line =>
                line.Contains($"queue_id={one.Key} ", StringComparison.Ordinal)
                || line.TrimEnd('\0', '\n').EndsWith($"queue_id={one.Key}", StringComparison.Ordinal));
            if (cell.IsSilent || cell.IsAnsweredSilently) Assert.InRange(written, 0, one.Count());
            else Assert.True(written == one.Count(),
                $"{written} lines for {one.Count()} tries: {string.Join('\n', lines)}");
        }
    }

    private void AssertNoTraces(FaultHost host, RequestMail request)
    {
        var traces = Traces.Of(request.From).And(Phrase);
        traces.AssertNoneIn("the log", string.Join('\n', host.Place.Log.Lines));
        traces.AssertNoneIn("what Postfix shows of our output",
            string.Join('\n', Delivery().Matches(_postfix.MailLog).Select(match => match.Groups[3].Value)));
        traces.AssertNoneInFilesOf(host.Place.Folder, file => file.EndsWith(".eml", StringComparison.Ordinal));
    }

    private IReadOnlyList<Try> Tries(FaultCell cell) =>
        [.. Delivery().Matches(LogOf(cell))
            .Select(match => new Try(match.Groups[1].Value, match.Groups[2].Value, match.Groups[3].Value))];

    private string LogOf(FaultCell cell) =>
        string.Join('\n', _postfix.MailLog.Split('\n')
            .Where(line => line.Contains($"to=<cell-{cell.Name}@", StringComparison.OrdinalIgnoreCase)));

    private string Evidence(FaultCell cell, FaultHost host) =>
        $"{LogOf(cell)}\n{string.Join('\n', host.Place.Log.Reports)}\n{string.Join('\n', host.Replies())}";

    [GeneratedRegex(@"/pipe\[\d+\]: (\w+): to=.* status=(\w+) (\(.*\))")]
    private static partial Regex Delivery();

    [GeneratedRegex(
        @"^\((The responder (cannot answer now|is not set up correctly); the message is kept and tried again\.\s*|"
        + @"Command died with signal \d+: ""\S*"")\)$")]
    private static partial Regex OurWords();

    [GeneratedRegex("^Message-Id: .*$", RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex MessageId();

    /// <summary>A line of Postfix about a delivery attempt.</summary>
    private sealed record Try(string QueueId, string Status, string Text);
}
