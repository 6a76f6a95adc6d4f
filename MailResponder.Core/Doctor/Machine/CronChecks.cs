using MailResponder.Settings;

namespace MailResponder.Doctor;

/// <summary>The jobs that run by the clock.</summary>
internal static class CronChecks
{
    private const string Path = "/etc/cron.d/mail_responder";

    public static IEnumerable<Finding> Look(Host host, ResponderSettings? settings) =>
    [
        .. File(host, settings).OrOk("cron-file", Path),
        host.IsRunning("cron") || host.IsRunning("crond") ? Finding.Ok("cron-running", "yes")
            : Finding.Fault("cron-running", "cron does not run: quotas are never reset, nothing is pulled",
            "run: systemctl enable --now cron (package cron)"),
    ];

    private static IEnumerable<Finding> File(Host host, ResponderSettings? settings)
    {
        const string name = "cron-file";
        if (host.Lines(Path) is not { } lines)
        {
            yield return Finding.Fault(name, Path + " is missing", "run install.sh");
            yield break;
        }

        const UnixFileMode writable = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
        if ((System.IO.File.GetUnixFileMode(host.PathTo(Path)) & writable) != 0)
            yield return Finding.Fault(name, Path + " can be changed by others than its owner: cron ignores it",
                $"run: chown root:root {Path}; chmod 0644 {Path}");
        if (host.Run("stat", "-c", "%u", host.PathTo(Path)) is { Succeeded: true } owner && owner.Output.Trim() != "0")
            yield return Finding.Fault(name, Path + " does not belong to root: cron ignores it",
                $"run: chown root:root {Path}");
        if (!System.IO.File.ReadAllText(host.PathTo(Path)).EndsWith('\n'))
            yield return Finding.Fault(name, Path + " has no line end after its last line: cron ignores that line",
                $"run: echo >> {Path}");
        var jobs = lines.Where(line => !line.TrimStart().StartsWith('#')).ToList();
        if (!jobs.Exists(line => line.Contains("blacklist reset", StringComparison.Ordinal)))
            yield return Finding.Warning(name, Path + " does not reset the quotas",
                "on one host of a fleet it has to: take the line of system/cron.d/mail_responder");
        if (settings?.S3 is not null && !jobs.Exists(line => line.Contains("config pull", StringComparison.Ordinal)))
            yield return Finding.Fault(name, Path + " does not pull the response book from S3",
                "take the lines of system/cron.d/mail_responder");
        var unknown = jobs.Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            .Select(words => words is [['@', ..], _, ..] ? words.ElementAtOrDefault(1)
            : words is [[(>= '0' and <= '9') or '*', ..], _, _, _, _, var user, _, ..] ? user : null)
            .OfType<string>().Distinct().Where(user => host.PasswdEntry(user) is null).ToList();
        if (unknown.Count > 0)
            yield return Finding.Fault(name,
                $"{Path} has jobs of {unknown.Some()}, who is no user: cron ignores the file",
                "run install.sh, or correct the line");
    }
}
