using MailResponder.Settings;

namespace MailResponder.Doctor;

/// <summary>The jobs that run by the clock.</summary>
internal static class CronChecks
{
    private const string Table = "/etc/cron.d/mail_responder";

    public static IEnumerable<Finding> Look(Host host, ResponderSettings? settings)
    {
        var running = new Check("cron-running");
        return
        [
            .. Jobs(host, settings),
            .. host.IsRunning("cron") || host.IsRunning("crond") ? running.Ok("yes")
                : running.Fault("cron does not run: quotas are never reset, nothing is pulled",
                    "run: systemctl enable --now cron (package cron)"),
        ];
    }

    private static Check Jobs(Host host, ResponderSettings? settings)
    {
        var check = new Check("cron-file");
        if (host.Lines(Table) is not { } lines)
            return check.Fault(Table + " is missing", "run install.sh");
        var file = host.PathTo(Table);
        if (Host.IsOpen(file, UnixFileMode.GroupWrite | UnixFileMode.OtherWrite))
            check.Fault(Table + " can be changed by others than its owner: cron ignores it",
                $"run: chown root:root {Table}; chmod 0644 {Table}");
        if (host.Stat("%U", file) is not ("" or "root"))
            check.Fault(Table + " does not belong to root: cron ignores it", $"run: chown root:root {Table}");
        if (!File.ReadAllText(file).EndsWith('\n'))
            check.Fault(Table + " has no line end after its last line: cron ignores that line",
                $"run: echo >> {Table}");
        var jobs = lines.Where(line => !line.TrimStart().StartsWith('#')).ToList();
        if (!jobs.Exists(line => line.Contains("blacklist reset", StringComparison.Ordinal)))
            check.Warning(Table + " does not reset the quotas",
                "on one host of a fleet it has to: take the line of system/cron.d/mail_responder");
        if (settings?.S3 is not null && !jobs.Exists(line => line.Contains("config pull", StringComparison.Ordinal)))
            check.Fault(Table + " does not pull the response book from S3",
                "take the lines of system/cron.d/mail_responder");
        var users = jobs.Select(UserOf).OfType<string>().Distinct();
        if (users.Where(user => host.PasswdEntry(user) is null).Some() is { } unknown)
            check.Fault($"{Table} has jobs of {unknown}, who is no user: cron ignores the file",
                "run install.sh, or correct the line");
        return check.OrOk(Table);
    }

    /// <summary>The user of a job (crontab(5)); null for another line, like MAILTO=root.</summary>
    private static string? UserOf(string line) =>
        line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) switch
        {
            [['@', ..], var user, ..] => user,
            [[(>= '0' and <= '9') or '*', ..], _, _, _, _, var user, _, ..] => user,
            _ => null,
        };
}
