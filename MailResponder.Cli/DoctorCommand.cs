using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using MailResponder.Doctor;

namespace MailResponder.Cli;

/// <summary>`responder doctor`: looks at the whole chain, and says what to do about what is wrong.</summary>
internal sealed class DoctorCommand : Command
{
    private const int Fault = 1;
    private static readonly TimeSpan MaxTimeOfProgram = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan MaxTimeOfProgramOfProbe = TimeSpan.FromSeconds(3);

    public DoctorCommand() : base("doctor", "Check the whole chain, from DNS to the last reply")
    {
        var json = new Option<bool>("--json") { Description = "One JSON object in place of lines" };
        var probe = new Option<bool>("--probe")
        {
            Description = "Only send a request through the whole chain, within ten seconds (for monitoring)",
        };
        var noProbe = new Option<bool>("--no-probe") { Description = "Send no request: only look" };
        Add(json);
        Add(probe);
        Add(noProbe);
        SetAction(result => Examine(SettingsPath.Find(result.GetValue(CommandLine.SettingsOption)),
            result.GetValue(json), result.GetValue(probe), result.GetValue(noProbe)));
    }

    /// <summary>The machine that this runs on.</summary>
    public static Host ThisHost => HostWithin(MaxTimeOfProgram);

    private static Host HostWithin(TimeSpan maxTimeOfProgram) => new()
    {
        Programs = new HostPrograms(HostPrograms.StandardFolders, maxTimeOfProgram),
        Clock = TimeProvider.System,
        IsRoot = Environment.IsPrivilegedProcess,
        UserName = Environment.UserName,
        Program = Environment.ProcessPath ?? Host.InstalledProgram,
    };

    private static int Examine(string settingsPath, bool json, bool probe, bool noProbe)
    {
        ForgetEnvironment();
        settingsPath = Path.GetFullPath(settingsPath);
        var findings = probe
            ? Checkup.Probe(HostWithin(MaxTimeOfProgramOfProbe), settingsPath)
            : Checkup.Of(ThisHost, settingsPath, withProbe: !noProbe);
        var faults = findings.Count(finding => finding.State == FindingState.Fault);
        var warnings = findings.Count(finding => finding.State == FindingState.Warning);
        if (json)
            Console.Out.WriteLine(Json(findings, faults, warnings));
        else
            Print(findings, faults, warnings);
        // Of a probe that could not be sent nobody knows whether it would have been answered.
        return faults > 0 || (probe && warnings > 0) ? Fault : ExitCode.Ok;
    }

    /// <summary>
    /// Under Postfix and cron the responder has no credentials from the environment, and another home: what only the
    /// caller's shell has must not make a check succeed.
    /// </summary>
    private static void ForgetEnvironment()
    {
        foreach (var name in Environment.GetEnvironmentVariables().Keys.Cast<string>()
            .Where(name => name.StartsWith("AWS_", StringComparison.Ordinal)))
            Environment.SetEnvironmentVariable(name, null);
        Environment.SetEnvironmentVariable("HOME", "/var/lib/mail_responder");
    }

    private static void Print(IReadOnlyList<Finding> findings, int faults, int warnings)
    {
        var width = findings.Max(finding => finding.Name.Length);
        foreach (var finding in findings)
        {
            var state = finding.State.Hyphenated();
            Console.Out.WriteLine(
                $"{state,-7} {finding.Name.PadRight(width)}  "
                + $"{finding.Text}{(finding.Remedy is null ? "" : $" — {finding.Remedy}")}");
        }

        Console.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{faults} fault(s), {warnings} warning(s), {findings.Count - faults - warnings} ok"));
    }

    private static string Json(IReadOnlyList<Finding> findings, int faults, int warnings)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteNumber("faults", faults);
            json.WriteNumber("warnings", warnings);
            json.WriteStartArray("findings");
            foreach (var finding in findings)
            {
                json.WriteStartObject();
                json.WriteString("name", finding.Name);
                json.WriteString("state", finding.State.Hyphenated());
                json.WriteString("text", finding.Text);
                json.WriteString("remedy", finding.Remedy);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }
}
