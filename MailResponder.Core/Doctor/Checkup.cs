using MailResponder.Files;
using MailResponder.Settings;

namespace MailResponder.Doctor;

/// <summary>
/// Runs every check, in the order of the report. Most subjects run concurrently, so that a slow one does not delay the
/// others. The report gives up on a subject after <see cref="MaxTime"/>.
/// </summary>
internal static class Checkup
{
    private static readonly TimeSpan MaxTime = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan MaxTimeAlone = TimeSpan.FromSeconds(30);

    /// <summary>postscreen makes a new client wait for six seconds.</summary>
    private static readonly TimeSpan MaxTimeOfProbe = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan MaxTimeOfProbeAlone = TimeSpan.FromSeconds(8.5);

    /// <param name="settingsPath">
    /// The settings file. If it has a fault, the checks that need settings are left out.
    /// </param>
    /// <param name="withProbe">Whether to send a test request through the whole chain as well.</param>
    public static IReadOnlyList<Finding> Of(Host host, string settingsPath, bool withProbe)
    {
        var subjects = Subjects(host, settingsPath, SettingsFile.Check(settingsPath, []), withProbe);
        var start = host.Clock.GetTimestamp();
        var running = new List<Task<List<Finding>>>();
        foreach (var (name, look) in subjects)
        {
            // These checks switch to the service's user, and all threads of a process share one user.
            var isAlone = name is SettingsChecks.Name or DatabaseChecks.Name or SettingsChecks.RenderedName;
            if (isAlone)
                running.ForEach(earlier => Task.WaitAny([earlier], MaxTimeAlone));
            running.Add(Start(look));
            if (isAlone)
                Task.WaitAny([running[^1]], MaxTimeAlone);
        }

        return [.. running.SelectMany((one, i) =>
            ResultOf(one, subjects[i].Name, MaxTime - host.Clock.GetElapsedTime(start)))];
    }

    /// <summary>Runs only the probe, for a monitoring server that waits at most ten seconds.</summary>
    public static IReadOnlyList<Finding> Probe(Host host, string settingsPath)
    {
        var start = host.Clock.GetTimestamp();
        var faults = new List<Fault>();
        if (SettingsFile.Check(settingsPath, faults) is not { } settings)
        {
            return new Check(SettingsChecks.Name).Fault(
                faults.Find(fault => !fault.IsWarning)?.ToString() ?? settingsPath, "run: responder doctor");
        }

        if (PostfixSettings.Load(host) is not { } postfix)
            return new Check("postfix").Fault("Postfix's configuration cannot be read", "run: responder doctor");
        var left = MaxTimeOfProbeAlone - host.Clock.GetElapsedTime(start);
        return ResultOf(Start(() => ProbeChecks.Look(host, settings, postfix, left)), ProbeChecks.Name, MaxTimeAlone);
    }

    private static List<(string Name, Func<IEnumerable<Finding>> Look)> Subjects(
        Host host, string settingsPath, ResponderSettings? settings, bool withProbe)
    {
        var asked = new Lazy<PostfixSettings?>(() => PostfixSettings.Load(host));
        var subjects = new List<(string, Func<IEnumerable<Finding>>)>();
        Add("privileges", () => host.IsRoot ? [] : new Check("privileges").OnlyRoot(
            $"run by {host.UserName}, who cannot see everything: what is said below about the permissions of the "
            + "responder's user, Postfix's queue and process, and the logs may be incomplete or wrong"));
        Add("program", () =>
            [.. InstallChecks.User(host), .. InstallChecks.Program(host), .. InstallChecks.Libraries(host)]);
        Add("install", () => InstallChecks.Pending(host));
        Add(SettingsChecks.Name, () => SettingsChecks.Look(host, settingsPath, settings));
        With(DatabaseChecks.Name, known => DatabaseChecks.Look(host, known));
        With(SettingsChecks.RenderedName, known => SettingsChecks.Rendered(host, known));
        With("s3", known => AwsChecks.S3(host, known));
        With("ses", AwsChecks.Ses);
        With("aws-roots", known => AwsChecks.Authorities(host, known));
        With("dns", known => DnsChecks.Look(host, known, asked.Value));
        Add("host-name", () => MachineChecks.Names(host, asked.Value));
        Add("postfix", () => PostfixChecks.Look(host, asked.Value));
        With("sending", known => SendingChecks.Look(host, known, asked.Value));
        WithPostfix("postfix-domains", (known, postfix) => DomainChecks.Look(host, known, postfix));
        WithPostfix("postfix-transport", (known, postfix) => TransportChecks.Look(host, known, postfix));
        WithPostfix("authentication", (known, postfix) => AuthenticationChecks.Look(host, known, postfix));
        if (withProbe)
            WithPostfix(ProbeChecks.Name, (known, postfix) => ProbeChecks.Look(host, known, postfix, MaxTimeOfProbe));
        WithPostfix("queue", (known, postfix) => SendingChecks.Queue(host, known, postfix));
        Add("aliases", () => asked.Value is { } postfix ? AliasChecks.Look(host, settings, postfix) : []);
        Add("cron", () => InstallChecks.Cron(host, settings));
        Add("rsyslog", () => LogChecks.Look(host, settings));
        Add("log-retention", () => RetentionChecks.Look(host));
        Add("last-reply", () => ReplyChecks.Last(host));
        With("canary", known => ReplyChecks.Canaries(host, known));
        With(ReplyChecks.Name, known => ReplyChecks.Taken(host, known));
        Add("command-lines", () => MachineChecks.CommandLines(host));
        Add("clock", () => MachineChecks.Clock(host));
        Add("disk", () => MachineChecks.Disks(host, settings, asked.Value));
        return subjects;

        void Add(string name, Func<IEnumerable<Finding>> look) => subjects.Add((name, look));

        void With(string name, Func<ResponderSettings, IEnumerable<Finding>> look)
        {
            if (settings is not null)
                Add(name, () => look(settings));
        }

        void WithPostfix(string name, Func<ResponderSettings, PostfixSettings, IEnumerable<Finding>> look) =>
            With(name, known => asked.Value is { } postfix ? look(known, postfix) : []);
    }

    private static Task<List<Finding>> Start(Func<IEnumerable<Finding>> look) => Task.Factory.StartNew(
        () => look().ToList(), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private static List<Finding> ResultOf(Task<List<Finding>> running, string name, TimeSpan left)
    {
        var check = new Check(name);
        try
        {
            return running.Wait(left > TimeSpan.Zero ? left : TimeSpan.Zero) ? running.Result
                : check.Warning("could not be checked in time", "check the machine's load, then run this again");
        }
        catch (AggregateException exception)
        {
            var text = "could not be checked: ";
            return exception.InnerException! switch
            {
                ResponderException cause => check.Warning(text + cause.Message, "fix this first"),
                // A message may stumble over this file too.
                var cause when FileTrouble.Is(cause) => check.Fault(
                    text + cause.Message.OneLine(), "correct the file that it names, then run this again"),
                var cause => check.Warning(
                    text + cause.GetType().Name, "a bug in responder doctor: please report it"),
            };
        }
    }
}
