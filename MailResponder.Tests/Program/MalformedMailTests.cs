using System.Diagnostics;
using System.Text.Json;
using MailResponder.Tests.Incoming;
using MimeKit;
using Xunit.Abstractions;

namespace MailResponder.Tests.Program;

/// <summary>
/// Mail that breaks every rule is answered to its sender or left alone. It never causes a crash, a bounce or a high
/// cost.
/// </summary>
public sealed class MalformedMailTests(ITestOutputHelper report)
{
    private const double MostProcessorSeconds = 0.2;
    private const long MostKilobytes = 96 * 1024;

    public static TheoryData<string> Names => new(MalformedMails.Names);

    [Theory]
    [MemberData(nameof(Names))]
    public void MalformedMail_IsDoneWith(string name)
    {
        using var place = new Workplace();
        var requester = RequestMail.FromSomebodyNew().From;
        var mail = MalformedMails.Of(name, requester);

        place.Filter(mail).AssertDone();

        Assert.Contains(": " + MalformedMails.Result(name), Assert.Single(place.Log.Reports), StringComparison.Ordinal);
        var isAnswered = MalformedMails.Result(name) == MalformedMails.Answered;
        Assert.Equal(isAnswered ? 2 : 0, place.Outbox.Count);
        // Mails that do not name the requester have one of these other addresses.
        string[] addresses = [requester, "\"zahra@work\"@freemail.test", "zahra%work.test@freemail.test",
            "work!zahra@freemail.test"];
        Assert.All(place.Outbox, reply =>
        {
            using var file = File.OpenRead(reply);
            Assert.Contains(HeaderList.Load(file)[HeaderId.To], addresses);
        });
    }

    [Theory]
    [InlineData("From: ZAHRA\nSubj")]
    [InlineData("From: ZAHRA\nTo: get@example.com\n\nhel")]
    public void InputThatStalls_IsDeferredAtTheDeadline(string start)
    {
        using var place = new Workplace();
        place.Settings["deadline_seconds"] = 1;
        place.Write();
        using var running = place.StartFilter();

        running.Begin(System.Text.Encoding.ASCII.GetBytes(
            start.Replace("ZAHRA", RequestMail.FromSomebodyNew().From, StringComparison.Ordinal)));

        running.Finish().AssertDeferred();
        Assert.Contains(": deferred reason=deadline ", Assert.Single(place.Log.Reports), StringComparison.Ordinal);
        Assert.Empty(place.Outbox);
    }

    /// <summary>Measures processor time in user mode, which does not change on a busy machine.</summary>
    [Fact]
    public void TenMegabytesOfHeader_CostLittle()
    {
        using var place = new Workplace();
        string[] names = [.. HeaderShapes.Names];
        foreach (var name in names)
            File.WriteAllBytes(place.PathTo(name), HeaderShapes.Make(name, 10_000_000));

        var costs = Costs([.. names.Select(place.PathTo)], place.SettingsFile);

        Assert.Equal(names.Length, place.Log.Reports.Count);
        report.WriteLine($"at most {costs.Max(cost => cost.Seconds)} s and {costs.Max(cost => cost.Kilobytes)} kB");
        foreach (var (name, cost) in names.Zip(costs))
            Assert.True(cost is { ExitCode: 0, Seconds: < MostProcessorSeconds, Kilobytes: < MostKilobytes },
                $"{name}: {cost}");
    }

    private static Cost[] Costs(string[] files, string settings)
    {
        const string script = """
            import json, os, sys
            def run(file):
                actions = [(os.POSIX_SPAWN_OPEN, 0, file, os.O_RDONLY, 0)]
                child = os.posix_spawn(sys.argv[1], [sys.argv[1], "--settings", sys.argv[2]], {"PATH": "/usr/bin"},
                                       file_actions=actions)
                _, status, used = os.wait4(child, 0)
                return {"ExitCode": os.waitstatus_to_exitcode(status), "Seconds": used.ru_utime,
                        "Kilobytes": used.ru_maxrss}
            print(json.dumps([run(file) for file in sys.argv[3:]]))
            """;
        using var python = Process.Start(
            new ProcessStartInfo("/usr/bin/python3", ["-c", script, ResponderProcess.Binary, settings, .. files])
            {
                RedirectStandardOutput = true,
            })!;
        var costs = JsonSerializer.Deserialize<Cost[]>(python.StandardOutput.ReadToEnd());
        python.WaitForExit();
        return costs!;
    }

    /// <summary>The cost of one run: processor time in user mode, and peak memory.</summary>
    private sealed record Cost(int ExitCode, double Seconds, long Kilobytes);
}
