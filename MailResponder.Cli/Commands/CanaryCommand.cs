using DnsClient;
using MailResponder.Canary;
using MailResponder.Doctor;
using MailResponder.Store;

namespace MailResponder.Cli;

/// <summary>
/// `responder canary`: sends requests as a person does, from mailboxes at providers. Cron runs it hourly.
/// </summary>
internal static class CanaryCommand
{
    private const int Wrong = 1;
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(60);

    public static Command New()
    {
        var wait = CommandLine.NumberOption(
            "--wait", "SECONDS", "How long to wait for the replies, at most 3600", standard: 600, most: 3600);
        var json = CommandLine.Switch("--json", "Print the results as JSON");
        const string description = "Send requests from the mailboxes in the settings, and check how the replies arrive";
        return CommandLine.New("canary", description, result => Run(SettingsPath.LoadForService(result),
            TimeSpan.FromSeconds(result.GetValue(wait)), result.GetValue(json)), wait, json);
    }

    private static int Run(ResponderSettings settings, TimeSpan wait, bool json)
    {
        if (settings.Canary.Count == 0)
        {
            Console.Out.WriteLine(json ? "[]" : $"nothing to do: {settings.File} has no \"{CanarySection.Name}\"");
            return ExitCode.Ok;
        }

        var path = CanaryRecord.FileOf(settings) + ".lock";
        using var turn = FileTrouble.InWords(Cause.Output, path, () => FileTurn.TryTake(path))
            ?? throw new ResponderException(Cause.InProgress, "another run of responder canary is under way");
        AddressKey key;
        // Hosts choose links and check the tag with the key in force, which may not be the newest of the file.
        using (var store = RequesterStore.Open(settings, MaxWait))
            key = store.Key;
        var dns = new DnsLookup(DoctorCommand.ThisHost);
        var signatures = new SignatureCheck(settings, name => dns.Ask(name, QueryType.TXT));
        var clock = TimeProvider.System;
        var runs = settings.Canary.Select(mailbox => new CanaryRun(mailbox,
            [.. mailbox.Requests.Select(requested => ExpectedReply.Of(mailbox, requested, settings, key, clock))],
            signatures, key, wait, clock)).ToArray();
        // The runs are parallel, so that a slow provider does not delay the others. Threads, not tasks, because of
        // .NET's static fields: see docs/performance.md.
        var reports = new CanaryReport[runs.Length];
        var threads = Array.ConvertAll(runs, run =>
            new Thread(() => reports[Array.IndexOf(runs, run)] = run.Look()));
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        if (json)
            Console.Out.WriteLine(CanaryReport.ToJson(reports));
        foreach (var report in json ? [] : reports)
        {
            // Failures go to standard error, so that cron can mail only those.
            if (report.Result == CanaryResult.Ok)
                Console.Out.WriteLine(report.ToString());
            else
                StandardError.WriteLine(report.ToString());
        }

        CanaryRecord.Keep(settings, reports, clock.GetUtcNow());
        return reports.Any(report => report.Result == CanaryResult.Wrong) ? Wrong
            : reports.Any(report => report.Result == CanaryResult.Unreachable) ? ExitCode.TemporaryFailure
            : ExitCode.Ok;
    }
}
