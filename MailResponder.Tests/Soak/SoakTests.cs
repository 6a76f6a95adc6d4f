using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MailResponder.Tests.Limits;
using MailResponder.Tests.Postfix;
using MailResponder.Tests.Program;
using MailResponder.Tests.Ses;
using Xunit.Abstractions;

namespace MailResponder.Tests.Soak;

/// <summary>
/// A fleet's host on a bad day: Postfix, MariaDB that restarts twice, SES that throttles 30 % and cuts 2 % of requests
/// after it accepted them, responders killed at random. run.sh --soak N sets the number of messages.
/// </summary>
[Collection(PrivateMariaDb.Collection)]
public sealed partial class SoakTests(PrivateMariaDb server, ITestOutputHelper report)
{
    private const int Throttled = 30;
    private const int Cut = 2;
    private const int EntriesOfGet = 2;
    private const int DailyLimit = 3;

    /// <summary>Of each six messages five come from one person, who gets three answers, and one from another.</summary>
    private const int Group = 6;

    private static readonly int groups =
        ((int.TryParse(Environment.GetEnvironmentVariable("RESPONDER_SOAK"), CultureInfo.InvariantCulture, out var messages) ? messages : 180) + Group - 1) / Group;

    private int _cuts;
    private int _kills;

    [Fact]
    public void EveryRequest_IsAnswered_AndOnlyCutsAndKillsMakeDoubles()
    {
        using var ses = new SesDouble(Answer);
        using var place = new Workplace();
        var database = server.NewDatabase();
        place.SendThrough(ses);
        place.WriteSecret("address.key", new string('7', 64) + "\n");
        place.WriteSecret("password", "secret\n");
        place.Settings["daily_limit"] = DailyLimit;
        place.Settings["database"] = new JsonObject
        {
            ["mysql"] = new JsonObject
            {
                ["socket"] = database.Socket,
                ["user"] = database.User,
                ["password_file"] = "password",
                ["database"] = database.Database,
            },
        };
        place.Write();
        using var postfix = new PrivatePostfix(place, "main.cf");

        Feed(postfix.Port);
        Endure(postfix, ses);

        postfix.AssertNothingWasReturned();
        AssertAnswers(ses);
        AssertQuota(database.Database);
        AssertNobodyIsNamed(place, postfix, database.Database);
    }

    private SesAnswer? Answer(int number)
    {
        var draw = new Random(number * 7919).Next(100);
        if (draw < Throttled)
            return SesAnswer.Error(400, "Throttling", "Maximum sending rate exceeded.");
        if (draw >= Throttled + Cut)
            return null;
        Interlocked.Increment(ref _cuts);
        return SesAnswer.CutAfterRequest with { Accepts = true };
    }

    /// <summary>Hands all requests to Postfix; returns when they are in its queue.</summary>
    private static void Feed(int port)
    {
        using var python = Process.Start(new ProcessStartInfo("/usr/bin/python3", ["-c", """
            import smtplib, sys
            port, groups = int(sys.argv[1]), int(sys.argv[2])
            smtp = smtplib.SMTP("127.0.0.1", port)
            for group in range(groups):
                for n in range(6):
                    person = f"{'many' if n < 5 else 'once'}.{group}@soak.test"
                    smtp.sendmail(person, ["get@example.com"],
                        f"From: {person}\r\nTo: get@example.com\r\nSubject: request {group}.{n}\r\n"
                        f"Message-ID: <{group}.{n}@soak.test>\r\nDate: Sun, 22 Nov 2026 10:00:00 +0000\r\n\r\nplease\r\n")
            smtp.quit()
            """, $"{port}", $"{groups}"]))!;
        python.WaitForExit();
        Assert.Equal(0, python.ExitCode);
    }

    /// <summary>Restarts the database twice, kills responders now and then, and waits for an empty queue.</summary>
    private void Endure(PrivatePostfix postfix, SesDouble ses)
    {
        var expected = groups * (DailyLimit + 1) * EntriesOfGet;
        var bound = TimeSpan.FromSeconds(120 + groups * 2);
        var waited = Stopwatch.StartNew();
        var restarts = 0;
        var random = new Random(1);
        while (!postfix.QueueIsEmpty)
        {
            Assert.True(waited.Elapsed < bound, $"the queue is not empty after {bound}\n{postfix.MailLog}");
            if (restarts < 2 && ses.Accepted.Count > expected * (restarts + 1) / 3)
            {
                server.Restart();
                restarts++;
            }

            if (_kills < groups / 3 && random.Next(2) == 0)
                KillOne(postfix.Binary);
            postfix.FlushQueue();
            Thread.Sleep(300);
        }

        Assert.Equal(2, restarts);
        Assert.True(_kills > 0, "no responder was killed: nothing was tried");
    }

    private void KillOne(string binary)
    {
        foreach (var process in Process.GetProcessesByName("responder"))
        {
            using (process)
            {
                try
                {
                    if (new FileInfo($"/proc/{process.Id}/exe").LinkTarget != binary)
                        continue;
                    process.Kill();
                    _kills++;
                    return;
                }
                catch (Exception exception) when (exception is IOException or InvalidOperationException or UnauthorizedAccessException)
                {
                    // It ended by itself meanwhile.
                }
            }
        }
    }

    private void AssertAnswers(SesDouble ses)
    {
        var replies = ses.Accepted.Select(call => Encoding.ASCII.GetString(call.RawMessage)).ToList();
        var distinct = replies.DistinctBy(reply => MessageId().Match(reply).Value).ToList();
        var duplicates = replies.Count - distinct.Count;
        report.WriteLine($"{groups * Group} requests, {distinct.Count} replies, {duplicates} twice; {_cuts} cuts, {_kills} kills");
        Assert.True(duplicates <= _cuts + _kills, $"{duplicates} duplicates after {_cuts} cuts and {_kills} kills");
        Assert.Empty(ses.SignatureFaults);
        var perPerson = distinct.GroupBy(reply => Recipient().Match(reply).Groups[1].Value).ToDictionary(g => g.Key, g => g.Count());
        for (var group = 0; group < groups; group++)
        {
            Assert.Equal(DailyLimit * EntriesOfGet, perPerson.GetValueOrDefault($"many.{group}@soak.test"));
            Assert.Equal(EntriesOfGet, perPerson.GetValueOrDefault($"once.{group}@soak.test"));
        }
    }

    private void AssertQuota(string database)
    {
        Assert.Equal($"{groups}", server.AsAdministrator($"SELECT COUNT(*) FROM {database}.quota WHERE used = {DailyLimit}")[0]);
        Assert.Equal($"{groups}", server.AsAdministrator($"SELECT COUNT(*) FROM {database}.quota WHERE used = 1")[0]);
        Assert.Equal($"{groups * (DailyLimit + 1)}", server.AsAdministrator($"SELECT COUNT(*) FROM {database}.ledger")[0]);
    }

    private void AssertNobodyIsNamed(Workplace place, PrivatePostfix postfix, string database)
    {
        using var dump = Process.Start(new ProcessStartInfo("mariadb-dump", ["--no-defaults", $"--socket={server.Socket}", "--hex-blob", database])
        {
            RedirectStandardOutput = true,
        })!;
        var tables = dump.StandardOutput.ReadToEnd();
        dump.WaitForExit();
        Assert.Contains("INSERT INTO `ledger`", tables, StringComparison.Ordinal);
        // What Postfix shows of our output; its own lines name sender and recipient, and that is its affair.
        var shown = string.Join('\n', CommandOutput().Matches(postfix.MailLog).Select(match => match.Value));
        foreach (var written in (string[])[tables, shown, string.Join('\n', place.Log.Lines)])
        {
            Assert.DoesNotContain("soak.test", written, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(Convert.ToHexString("soak.test"u8), written, StringComparison.OrdinalIgnoreCase);
        }
    }

    [GeneratedRegex("^Message-Id: .*$", RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex MessageId();

    [GeneratedRegex("^To: (.*?)\r?$", RegexOptions.Multiline)]
    private static partial Regex Recipient();

    [GeneratedRegex("Command output: .*")]
    private static partial Regex CommandOutput();
}
