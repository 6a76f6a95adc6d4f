using MailResponder.Doctor;

namespace MailResponder.Cli;

/// <summary>`responder doctor`: checks the whole chain, and says how to fix each fault.</summary>
internal static class DoctorCommand
{
    private const int Fault = 1;
    private static readonly TimeSpan MaxTimeOfProgram = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan MaxTimeOfProgramOfProbe = TimeSpan.FromSeconds(3);

    public static Command New()
    {
        var json = CommandLine.Switch("--json", "Print one JSON object instead of lines");
        var probe = CommandLine.Switch(
            "--probe", "Only send a test request through the whole chain, within ten seconds; for monitoring");
        var noProbe = CommandLine.Switch("--no-probe", "Run all checks except the test request");
        var resolver = CommandLine.Switch(
            "--resolver", "Only check whether this host's name servers validate DNSSEC; for install.sh");
        return CommandLine.New("doctor", "Check the whole chain, from DNS to the last reply",
            result => result.GetValue(resolver)
                ? Tell(DoctorReport.Of(TlsChecks.Resolvers(ThisHost)), result.GetValue(json))
                : Examine(SettingsPath.Find(result),
                    result.GetValue(json), result.GetValue(probe), result.GetValue(noProbe)),
            json, probe, noProbe, resolver);
    }

    /// <summary>The host that the program runs on.</summary>
    public static Host ThisHost => new()
    {
        Programs = new HostPrograms(MaxTimeOfProgram),
        Clock = TimeProvider.System,
        IsRoot = Environment.IsPrivilegedProcess,
        UserName = Environment.UserName,
        Program = (Environment.ProcessPath ?? Host.InstalledProgram, BuildVersion.Text),
    };

    private static int Examine(string settingsPath, bool json, bool probe, bool noProbe)
    {
        ForgetEnvironment();
        settingsPath = Path.GetFullPath(settingsPath);
        var report = DoctorReport.Of(probe
            ? Checkup.Probe(ThisHost with { Programs = new HostPrograms(MaxTimeOfProgramOfProbe) }, settingsPath)
            : Checkup.Of(ThisHost, settingsPath, withProbe: !noProbe));
        var code = Tell(report, json);
        // A probe that could not be sent gives only a warning, but proves nothing: it counts as a fault.
        return probe && report.Warnings > 0 ? Fault : code;
    }

    private static int Tell(DoctorReport report, bool json)
    {
        Console.Out.WriteLine(json ? report.ToJson() : report.ToString());
        return report.Faults > 0 ? Fault : ExitCode.Ok;
    }

    /// <summary>
    /// Removes the AWS credentials from the environment and sets HOME, as under Postfix and cron. A check must not
    /// succeed only because of the caller's shell.
    /// </summary>
    private static void ForgetEnvironment()
    {
        foreach (var name in Environment.GetEnvironmentVariables().Keys.Cast<string>()
            .Where(name => name.StartsWith("AWS_", StringComparison.Ordinal)))
            Environment.SetEnvironmentVariable(name, null);
        Environment.SetEnvironmentVariable("HOME", OwnPlaces.Data);
    }
}
