using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using MailResponder.Tests.Faults;
using MailResponder.Tests.Postfix;
using MailResponder.Tests.Ses;
using Xunit.Abstractions;

namespace MailResponder.Tests.Soak;

/// <summary>
/// A fleet's host on a bad day: Postfix, MariaDB, S3 and an SES that throttles, cuts connections, fails and stalls,
/// while one fault follows another. run.sh --soak N sets the number of messages. The test ends after half an hour at
/// the latest, and uses only 127.0.0.1.
/// </summary>
[Collection("Postfix")]
public sealed partial class SoakTests(ITestOutputHelper report)
{
    private static readonly int? Asked = int.TryParse(
        Environment.GetEnvironmentVariable("RESPONDER_SOAK"), CultureInfo.InvariantCulture, out var messages) ? messages
        : null;
    private static readonly int Groups = ((Asked ?? 1500) + SoakTraffic.Group - 1) / SoakTraffic.Group;

    /// <summary>The time after which no more messages are sent and no more faults occur.</summary>
    private static readonly TimeSpan Troubled = Asked is null ? TimeSpan.FromSeconds(100) : TimeSpan.FromMinutes(25);

    private static readonly TimeSpan Bound = Asked is null ? TimeSpan.FromMinutes(4) : TimeSpan.FromMinutes(30);

    private readonly Stopwatch _elapsed = Stopwatch.StartNew();
    private int _cuts;
    private int _stalls;
    private int _throttled;
    private int _failures;

    [Fact]
    public async Task EveryRequest_IsAnsweredOnce_WhateverHappens()
    {
        var started = DateTime.UtcNow;
        using var servers = new FaultServers();
        using var binary = new SharedBinary();
        using var host = new FaultHost(servers, binary.Path, arguments: "");
        var ses = host.UseSes(Answer);
        host.UseMariaDb();
        host.UseS3();
        host.Set("daily_limit", SoakTraffic.DailyLimit);
        host.Set("deadline_seconds", 10);
        using var postfix = new PrivatePostfix(host.Place, "main.cf",
            """
            transport_maps = inline:{ mail_responder@localhost=soak: }
            queue_run_delay = 2s
            minimal_backoff_time = 2s
            maximal_backoff_time = 4s
            soak_destination_recipient_limit = 1
            soak_destination_concurrency_limit = 20
            """,
            $$"""
            soak unix - n n - 20 pipe
              flags=DORXhu user=mail_responder null_sender=
              argv={{host.Place.PathTo("start")}} --recipient ${original_recipient} --queue-id ${queue_id}
            """);

        var misfortunes = new Misfortunes(host, servers, binary.Path);
        var feeding = Task.Run(() => Feed(postfix.Port));
        while (!feeding.IsCompleted || (_elapsed.Elapsed < Troubled && !postfix.QueueIsEmpty)) misfortunes.Next();
        var fed = await feeding / SoakTraffic.Group;
        host.Own();
        while (!postfix.QueueIsEmpty)
        {
            Assert.True(_elapsed.Elapsed < Bound,
                $"the queue is not empty after {Bound}\n{string.Join('\n', host.Place.Log.Reports.TakeLast(20))}");
            if (ses.Ahead == default && OnlyTomorrowHelps(host))
            {
                ses.Ahead = TimeSpan.FromDays(1);
                host.Break($"time,*,1,0,step{ses.Ahead.TotalSeconds}");
            }

            postfix.FlushQueue();
            await Task.Delay(500);
        }

        Assert.Contains("database restarted", misfortunes.Count.Keys);
        Assert.True(misfortunes.Kills > 0, "no responder was killed");
        AssertAnswers(fed, ses, host, postfix, misfortunes);
        AssertQuota(fed, servers, host);
        AssertNobodyIsNamed(fed, host, postfix, servers, started);
    }

    /// <summary>
    /// Whether only the next day helps. SES leaves the outcome of one call in twenty unknown, and for some entries the
    /// outcome of every attempt of the day; these are held until the next day. An entry held after the last jump of the
    /// clock waits for a day that the test must bring about.
    /// </summary>
    private static bool OnlyTomorrowHelps(FaultHost host) => host.Place.Log.Reports.TakeLast(20).All(
        line => line.Contains("it is tried again tomorrow", StringComparison.Ordinal));

    private SesAnswer? Answer(int number)
    {
        switch (new Random(number * 7919).Next(100))
        {
            case < 25:
                Interlocked.Increment(ref _throttled);
                return SesAnswer.Error(400, "Throttling", "Maximum sending rate exceeded.");
            case < 27:
                Interlocked.Increment(ref _cuts);
                return SesAnswer.CutAfterRequest with { Accepts = true };
            case < 29:
                Interlocked.Increment(ref _failures);
                return SesAnswer.Error(500, "InternalFailure", "We are sorry");
            case < 30:
                Interlocked.Increment(ref _stalls);
                return SesAnswer.Stall with { Accepts = true };
            default:
                return null;
        }
    }

    /// <summary>Submits the groups to Postfix while there is time. Returns the number of messages.</summary>
    private int Feed(int port)
    {
        var count = 0;
        for (var group = 0; group < Groups && _elapsed.Elapsed < Troubled; group++)
        {
            using var smtp = new SmtpDialogue(port);
            smtp.Say("EHLO client.soak.test");
            foreach (var (sender, recipient, mail) in SoakTraffic.Messages(group))
            {
                smtp.Say($"MAIL FROM:<{sender}>");
                smtp.Say($"RCPT TO:<{recipient}>");
                smtp.Data(mail);
                count++;
            }

            smtp.Say("QUIT");
        }

        return count;
    }

    private void AssertAnswers(int fed, SesDouble ses, FaultHost host, PrivatePostfix postfix, Misfortunes misfortunes)
    {
        var accepted = ses.Accepted.Select(call => (call.Number, Mail: Encoding.ASCII.GetString(call.RawMessage)))
            .ToList();
        var replies = accepted.GroupBy(reply => MessageId().Match(reply.Mail).Value).ToList();
        var recorded = host.Place.Log.Reports.SelectMany(RecordedReceipts).ToHashSet();
        // No reply may have been sent again after it was recorded.
        var twiceThoughRecorded = replies.Count(
            same => same.OrderBy(reply => reply.Number).SkipLast(1).Any(reply => recorded.Contains(reply.Number)));
        var perPerson = replies.GroupBy(same => Recipient().Match(same.First().Mail).Groups[1].Value)
            .ToDictionary(g => g.Key, g => g.Count());
        var lost = 0;
        for (var group = 0; group < fed; group++)
        {
            lost += SoakTraffic.DailyLimit * SoakTraffic.EntriesOfGet - perPerson.GetValueOrDefault(
                SoakTraffic.Many(group));
            lost += SoakTraffic.EntriesOfGet - perPerson.GetValueOrDefault(SoakTraffic.Once(group));
        }

        var doubles = accepted.Count - replies.Count;
        var bounced = BouncedLine().Count(postfix.MailLog) + NoticeLine().Count(postfix.MailLog);
        var results = host.Place.Log.Reports.Select(line => Result().Match(line)).Where(match => match.Success)
            .Select(match => match.Value);
        var harm = misfortunes.Count.Select(one => $"{one.Key} {one.Value}");
        Write($"{fed * SoakTraffic.Group} messages in {_elapsed.Elapsed:mm\\:ss}, {replies.Count} replies\n"
            + $"results by line of the log: {Counted(results)}\n"
            + $"deferrals of Postfix: {postfix.Deferrals}\n"
            + $"until the next day: {(ses.Ahead == default ? "none" : "some")}\n"
            + $"SES: {_throttled} throttled, {_cuts} cut after it accepted, {_failures} failed, "
            + $"{_stalls} stalled after it accepted\n"
            + $"misfortunes: {string.Join(", ", harm)}; {misfortunes.Kills} processes killed\n"
            + $"sent twice, as at least once allows: {doubles}; lost: {lost}; bounced: {bounced}; "
            + $"sent twice although recorded: {twiceThoughRecorded}");
        Assert.Equal(0, lost);
        Assert.Equal(0, bounced);
        Assert.Equal(0, twiceThoughRecorded);
        Assert.Equal(fed * SoakTraffic.Answered * SoakTraffic.EntriesOfGet, replies.Count);
        // These requests were made while the clock was a year off.
        Assert.All(ses.SignatureFaults, fault => Assert.Equal("clock skew", fault));
        postfix.AssertNothingWasReturned();
    }

    /// <summary>
    /// Returns the receipts of a line, without the last one if the line says that it could not be recorded.
    /// </summary>
    private static IEnumerable<int> RecordedReceipts(string line) =>
        Receipt().Matches(line).Select(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture))
            .SkipLast(line.Contains("was sent, but this could not be recorded", StringComparison.Ordinal) ? 1 : 0);

    private static void AssertQuota(int fed, FaultServers servers, FaultHost host)
    {
        var database = host.Place.Settings["database"]!["mysql"]!["database"]!.ToString();
        Assert.Equal($"{fed}", servers.MariaDb.AsAdministrator(
            $"SELECT COUNT(*) FROM {database}.quota WHERE used = {SoakTraffic.DailyLimit}")[0]);
        Assert.Equal($"{fed}", servers.MariaDb.AsAdministrator(
            $"SELECT COUNT(*) FROM {database}.quota WHERE used = 1")[0]);
        Assert.Equal($"{fed * SoakTraffic.Answered}",
            servers.MariaDb.AsAdministrator($"SELECT COUNT(*) FROM {database}.ledger")[0]);
    }

    private static void AssertNobodyIsNamed(
        int fed, FaultHost host, PrivatePostfix postfix, FaultServers servers, DateTime started)
    {
        var traces = Traces.Of(SoakTraffic.People(fed)).And(SoakTraffic.Phrase);
        traces.AssertNoneIn("the log", string.Join('\n', host.Place.Log.Lines));
        // Checks the part of our output that Postfix shows. Postfix's own lines name sender and recipient, which we do
        // not control.
        traces.AssertNoneIn("Postfix's log",
            string.Join('\n', Shown().Matches(postfix.MailLog).Select(match => match.Value)));
        traces.AssertNoneInFilesOf(host.Place.Folder);
        traces.AssertNoneInFilesOf(servers.MariaDb.PathTo("data"));
        traces.AssertNoneInTemporaryFilesSince(started);
        Assert.Empty(host.Unfinished);
    }

    private void Write(string text)
    {
        report.WriteLine(text);
        if (Environment.GetEnvironmentVariable("RESPONDER_SOAK_REPORT") is { Length: > 0 } file) File.WriteAllText(
            file, text + "\n");
    }

    private static string Counted(IEnumerable<string> words) =>
        string.Join(", ", words.GroupBy(word => word).OrderByDescending(same => same.Count())
            .Select(same => $"{same.Key} {same.Count()}"));

    [GeneratedRegex("^Message-Id: .*$", RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex MessageId();

    [GeneratedRegex("^To: (.*?)\r?$", RegexOptions.Multiline)]
    private static partial Regex Recipient();

    [GeneratedRegex(@"ses:id-(\d+)")]
    private static partial Regex Receipt();

    [GeneratedRegex("(replied|skipped|deferred|failed)( reason=[a-z0-9-]+)?")]
    private static partial Regex Result();

    [GeneratedRegex("status=(bounced|expired)")]
    private static partial Regex BouncedLine();

    [GeneratedRegex("notification: ")]
    private static partial Regex NoticeLine();

    [GeneratedRegex(@"status=\w+ \(.*\)")]
    private static partial Regex Shown();

    /// <summary>
    /// A copy of the program at a path that Postfix's user can reach, made before there is a Postfix.
    /// </summary>
    private sealed class SharedBinary : IDisposable
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("responder-soak-").FullName;

        public SharedBinary()
        {
            File.SetUnixFileMode(_folder, (UnixFileMode)Convert.ToInt32("0755", 8));
            Executable.Copy(Program.ResponderProcess.Binary, Path);
        }

        public string Path => System.IO.Path.Join(_folder, "responder");

        public void Dispose() => Directory.Delete(_folder, recursive: true);
    }
}
