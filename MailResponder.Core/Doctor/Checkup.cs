using MailResponder.Settings;

namespace MailResponder.Doctor;

/// <summary>
/// Every check there is, in the order of the report. The subjects but for the settings run at the same time: what
/// one of them waits for keeps no other waiting, and none is waited for longer than <see cref="MaxTime"/>.
/// </summary>
internal static class Checkup
{
    private static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan MaxTimeAlone = TimeSpan.FromSeconds(30);

    /// <summary>postscreen keeps a new client waiting for six seconds.</summary>
    private static readonly TimeSpan MaxTimeOfProbe = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan MaxTimeOfProbeAlone = TimeSpan.FromSeconds(8.5);

    /// <param name="host">The machine.</param>
    /// <param name="settingsPath">The settings; with faults in them, what depends on them is not looked at.</param>
    /// <param name="withProbe">Whether to send a request through the whole chain, too.</param>
    public static IReadOnlyList<Finding> Of(Host host, string settingsPath, bool withProbe)
    {
        var settings = SettingsFile.Check(settingsPath, []);
        var subjects = Subjects(host, settingsPath, settings, withProbe);
        var until = host.Clock.GetTimestamp();
        var running = new List<Task<List<Finding>>>();
        foreach (var (name, look) in subjects)
        {
            // It looks with the rights of the service's user, and whatever a process does it does with the same.
            if (name == SettingsChecks.Name)
                running.ForEach(earlier => Task.WaitAny([earlier], MaxTimeAlone));
            running.Add(Task.Factory.StartNew(() => look().ToList(),
                CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
            if (name == SettingsChecks.Name)
                Task.WaitAny([running[^1]], MaxTimeAlone);
        }

        var findings = new List<Finding>();
        for (var i = 0; i < running.Count; i++)
        {
            var left = MaxTime - host.Clock.GetElapsedTime(until);
            findings.AddRange(ResultOf(running[i], subjects[i].Name, left > TimeSpan.Zero ? left : TimeSpan.Zero));
        }

        if (!host.IsRoot)
        {
            findings.Insert(0, Finding.Warning(
                "privileges", $"run by {host.UserName}, who cannot see everything: what the responder's user may " +
                "read and write, Postfix's queue and process, and the logs may be missing or wrong below",
                "run it as root: sudo responder doctor"));
        }

        return findings;
    }

    /// <summary>The probe alone, for a monitoring server that waits for ten seconds.</summary>
    public static IReadOnlyList<Finding> Probe(Host host, string settingsPath)
    {
        var start = host.Clock.GetTimestamp();
        var faults = new List<Fault>();
        if (SettingsFile.Check(settingsPath, faults) is not { } settings)
        {
            var text = faults.Find(fault => !fault.IsWarning)?.ToString() ?? settingsPath;
            return [Finding.Fault(SettingsChecks.Name, text, "run: responder doctor")];
        }

        if (PostfixSettings.Load(host) is not { } postfix)
            return [Finding.Fault("postfix", "Postfix cannot be asked", "run: responder doctor")];
        var left = MaxTimeOfProbeAlone - host.Clock.GetElapsedTime(start);
        var running = Task.Factory.StartNew(() => ProbeChecks.Look(host, settings, postfix, left).ToList(),
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return ResultOf(running, ProbeChecks.Name, MaxTimeAlone);
    }

    private static List<(string Name, Func<IEnumerable<Finding>> Look)> Subjects(
        Host host, string settingsPath, ResponderSettings? settings, bool withProbe)
    {
        var postfix = new Lazy<PostfixSettings?>(() => PostfixSettings.Load(host));
        List<(string, Func<IEnumerable<Finding>>)> subjects =
        [
            ("program", () => ProgramChecks.Look(host)),
            ("install", () => PendingChecks.Look(host)),
            (SettingsChecks.Name, () => SettingsChecks.Look(host, settingsPath, settings)),
        ];
        if (settings is not null)
        {
            subjects.Add(("database", () => DatabaseChecks.Look(host, settings)));
            subjects.Add(("rendered", () => RenderingChecks.Look(host, settings)));
            subjects.Add(("s3", () => S3Checks.Look(host, settings)));
            subjects.Add(("ses", () => SesChecks.Look(settings)));
            subjects.Add(("aws-roots", () => RootChecks.Look(host, settings)));
            subjects.Add(("dns", () => DnsChecks.Look(host, settings, postfix.Value)));
        }

        subjects.Add(("host-name", () => HostNameChecks.Look(host, postfix.Value)));
        subjects.Add(("postfix", () => PostfixChecks.Look(host, postfix.Value)));
        if (settings is not null)
        {
            subjects.Add((SendingChecks.Name, () => SendingChecks.Look(host, settings, postfix.Value)));
            subjects.Add(("postfix-domains", () => DomainChecks.Look(host, settings, postfix.Value)));
            subjects.Add(("postfix-transport", () => TransportChecks.Look(host, settings, postfix.Value)));
            subjects.Add(("authentication", () => AuthenticationChecks.Look(host, settings, postfix.Value)));
            if (withProbe)
                subjects.Add((ProbeChecks.Name, () => ProbeChecks.Look(host, settings, postfix.Value, MaxTimeOfProbe)));
            subjects.Add(("queue", () => QueueChecks.Look(host, settings, postfix.Value)));
        }

        subjects.Add(("aliases", () => AliasChecks.Look(host, settings, postfix.Value)));
        subjects.Add(("forwarding", () => ForwardChecks.Look(host, settings, postfix.Value)));
        subjects.Add(("cron", () => CronChecks.Look(host, settings)));
        subjects.Add(("rsyslog", () => LogChecks.Look(host, settings)));
        subjects.Add(("log-retention", () => RetentionChecks.Look(host)));
        subjects.Add(("last-reply", () => ReplyChecks.Look(host)));
        if (settings is not null)
            subjects.Add((OutcomeChecks.Name, () => OutcomeChecks.Look(host, settings)));
        subjects.Add(("command-lines", () => ProcessChecks.Look(host)));
        subjects.Add(("clock", () => ClockChecks.Look(host)));
        subjects.Add(("disk", () => DiskChecks.Look(host, postfix.Value)));
        return subjects;
    }

    private static List<Finding> ResultOf(Task<List<Finding>> running, string name, TimeSpan left)
    {
        try
        {
            return running.Wait(left) ? running.Result
                : [Finding.Warning(name, "could not be looked at in time",
                "look at the machine's load, then run it again")];
        }
        catch (AggregateException exception)
        {
            var cause = exception.InnerException!;
            return [Finding.Warning(
                name, $"could not be looked at: {(cause is ResponderException ? cause.Message : cause.GetType().Name)}",
                cause is ResponderException ? "mend this first" : "a bug of responder doctor: please report it")];
        }
    }
}
