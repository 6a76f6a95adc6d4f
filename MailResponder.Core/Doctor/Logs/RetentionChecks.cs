using System.Globalization;

namespace MailResponder.Doctor;

/// <summary>
/// Checks how long the logs that name requesters are kept: Postfix's own, and every other log that receives its lines.
/// Also checks whether logrotate runs.
/// </summary>
internal static class RetentionChecks
{
    private const int StandardDays = 7;
    private const string StateFile = "/var/lib/logrotate/status";

    private static string[] MailLogs =>
        ["/var/log/mail.log", "/var/log/mail.info", "/var/log/mail.warn", "/var/log/mail.err"];

    private static string[] Others =>
        ["/var/log/syslog", "/var/log/messages", "/var/log/user.log", "/var/log/debug"];

    /// <summary>The folders that may hold systemd/journald.conf.d, by ascending precedence.</summary>
    private static string[] FoldersOfJournald => ["/usr/lib", "/usr/local/lib", "/run", "/etc"];

    private static readonly TimeSpan Late = TimeSpan.FromDays(3);

    public static IEnumerable<Finding> Look(Host host) => [.. Kept(host), .. State(host)];

    /// <summary>
    /// Returns how many days such a log may be kept: the value of --mail-log-days given to install.sh, or a week.
    /// </summary>
    public static int MostDays(Host host)
    {
        var options = Host.Values(host.Lines("/var/backups/mail_responder/options") ?? [], '=');
        return (int)(options.GetValueOrDefault("mail_log_days").AsNumber() ?? StandardDays);
    }

    /// <summary>
    /// Checks how long journald keeps what the services of the host log. Postfix's queue manager logs senders there.
    /// </summary>
    public static Check Journal(Host host)
    {
        // Of two files with the same name, the one in the folder of higher precedence counts (journald.conf(5)).
        var files = FoldersOfJournald.SelectMany(
            folder => host.FilesIn(folder + "/systemd/journald.conf.d", "*.conf")).GroupBy(Path.GetFileName)
            .OrderBy(named => named.Key, StringComparer.Ordinal).Select(named => named.Last());
        var settings = Host.Values(files.Prepend("/etc/systemd/journald.conf")
            .SelectMany(file => host.Lines(file) ?? []), '=');
        var check = new Check("journal");
        // journald deletes only whole files, so each file must be complete within a day.
        var most = MostDays(host) + 1;
        (string, int)[] limits = [("MaxRetentionSec", most), ("MaxFileSec", 1)];
        foreach (var (setting, mostDays) in limits)
        {
            var text = settings.GetValueOrDefault(setting, "");
            if (!(text.AsTime() is { } time && time > TimeSpan.Zero && time <= TimeSpan.FromDays(mostDays)))
                return check.Warning($"{setting} of journald is {(text.Length > 0 ? text : "not set")}: the journal "
                    + "names everybody who wrote, and is kept too long",
                    InstallChecks.Restore("/etc/systemd/journald.conf.d/mail_responder.conf (if it is there)")
                    + ", and remove what overrides that file; then: systemctl restart systemd-journald");
        }

        return check.Ok($"forgets within {most.Count("day")}");
    }

    private static Check Kept(Host host)
    {
        var (check, rotation, days) = (new Check("log-retention"), new LogRotation(host), MostDays(host));
        foreach (var log in MailLogs.Concat(Others).Where(log => File.Exists(host.PathTo(log))))
        {
            var (isOther, kept) = (Others.Contains(log), rotation.KeptFor(log));
            if (kept <= TimeSpan.FromDays(days + 1)
                || (isOther && !new LogTail(host.PathTo(log)).NewLines().Any(NamesPeople)))
                continue;
            var howLong = kept is { } time ? "for " + time.InWords() : "forever";
            if (isOther)
                check.Warning(
                    $"{log} has lines of Postfix, which name everybody who wrote, and logrotate keeps it {howLong}",
                    "keep mail.* out of it (*.*;mail.none in /etc/rsyslog.conf or /etc/rsyslog.d; then: systemctl "
                    + "restart rsyslog), or rotate it daily");
            else
                check.Warning($"{log} names everybody who wrote, and logrotate keeps it {howLong}",
                    "write into the file of /etc/logrotate.d that names it: daily, rotate 7; if that is one of "
                    + "install.sh, rather " + InstallChecks.Restore("it"));
        }

        return check.OrOk($"logs that name people who wrote are kept for {days.Count("day")}");
    }

    /// <summary>
    /// Whether the line is from a program of Postfix that logs addresses. The two that start and stop Postfix do not:
    /// their lines are in these logs until install.sh has configured rsyslogd.
    /// </summary>
    private static bool NamesPeople(string line) => line.Contains(" postfix/", StringComparison.Ordinal)
        && !line.Contains(" postfix/master[", StringComparison.Ordinal)
        && !line.Contains(" postfix/postfix-script[", StringComparison.Ordinal);

    /// <summary>Checks what starts logrotate, and when it last rotated the responder's log.</summary>
    private static Check State(Host host)
    {
        const string remedy = "run: logrotate /etc/logrotate.conf, and see what it says";
        const string job = "/etc/cron.daily/logrotate";
        var check = new Check("logrotate-state");
        if (Directory.Exists(host.PathTo("/run/systemd/system")))
        {
            if (host.Run("systemctl", "is-active", "logrotate.timer") is { IsInstalled: true, Succeeded: false })
                return check.Warning("nothing starts logrotate: its timer is off, and logs are kept forever",
                    "run: systemctl enable --now logrotate.timer");
        }
        else if (!File.Exists(host.PathTo(job)) || !Host.IsOpen(host.PathTo(job), UnixFileMode.UserExecute))
        {
            return check.Warning(
                $"nothing starts logrotate: {job} is missing or cannot be run, and logs are kept forever",
                $"run: apt-get install --reinstall logrotate; chmod 755 {job}");
        }

        var lines = host.Lines(StateFile);
        if (lines is not null && !Array.Exists(lines, line => line.StartsWith("logrotate state",
            StringComparison.Ordinal)))
            return check.Warning($"{StateFile} is damaged: logrotate exits at once, and logs are kept forever",
                $"run: rm {StateFile}; then: logrotate /etc/logrotate.conf");
        if (Turned(lines ?? []) is { } turned)
            // The day is of the host's time zone, which may be ahead of UTC.
            return check.NotYet(host, turned.AddDays(-1), "the logs were last rotated ") ?? (host.Now - turned > Late
                ? check.Warning(
                    $"the logs were last rotated {(host.Now - turned).InWords()} ago: they are kept too long", remedy)
                : check.Ok($"the logs were rotated on {turned:yyyy-MM-dd}"));
        // logrotate records a new log on its next nightly run. On a new host the check log-routing, which runs at the
        // same time, makes the log.
        var log = host.PathTo(LogChecks.Log);
        return !File.Exists(log) || host.Now - File.GetCreationTimeUtc(log) < Late
            ? check.Ok("the logs are new, and have not been rotated yet")
            : check.Warning($"logrotate has never rotated {LogChecks.Log} ({StateFile})", remedy);
    }

    /// <summary>
    /// Returns the day in a line like <c>"/var/log/mail_responder.log" 2026-11-28-0:0:12</c>. Null if there is no such
    /// line.
    /// </summary>
    private static DateTimeOffset? Turned(string[] lines) =>
        Host.Values(lines, ' ').GetValueOrDefault($"\"{LogChecks.Log}\"")?.Split('-')
            is [var year, var month, var day, ..]
            && DateTimeOffset.TryParseExact($"{year}-{month}-{day}", "yyyy-M-d", CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal, out var turned) ? turned : null;
}
