using System.Globalization;

namespace MailResponder.Doctor;

/// <summary>
/// How long the logs live that name the people who write: Postfix's own, and every other one that its lines get into.
/// And whether logrotate runs at all.
/// </summary>
internal static class RetentionChecks
{
    private const int StandardDays = 7;
    private const string StateFile = "/var/lib/logrotate/status";

    private static readonly string[] MailLogs =
        ["/var/log/mail.log", "/var/log/mail.info", "/var/log/mail.warn", "/var/log/mail.err"];

    private static readonly string[] Others =
        ["/var/log/syslog", "/var/log/messages", "/var/log/user.log", "/var/log/debug"];

    private static readonly TimeSpan Late = TimeSpan.FromDays(3);

    public static IEnumerable<Finding> Look(Host host) =>
    [
        .. Kept(host).OrOk("log-retention", $"what names people who wrote is kept for {MostDays(host).Count("day")}"),
        State(host),
    ];

    /// <summary>As long as such a log may be kept: what install.sh was told with --mail-log-days, or a week.</summary>
    public static int MostDays(Host host)
    {
        const string option = "mail_log_days=";
        var line = Array.FindLast(host.Lines("/var/backups/mail_responder/options") ?? [],
            line => line.StartsWith(option, StringComparison.Ordinal));
        return int.TryParse(line?[option.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var days)
            ? days : StandardDays;
    }

    private static IEnumerable<Finding> Kept(Host host)
    {
        const string name = "log-retention";
        var rotation = new LogRotation(host);
        var most = TimeSpan.FromDays(MostDays(host) + 1);
        foreach (var log in MailLogs.Concat(Others).Where(log => File.Exists(host.PathTo(log))))
        {
            var isOther = Others.Contains(log);
            if ((isOther && !HasLinesOfPostfix(host.PathTo(log))) || rotation.KeptFor(log) is var kept && kept <= most)
                continue;
            var howLong = kept is { } time ? "for " + time.InWords() : "for ever";
            yield return isOther
                ? Finding.Warning(name,
                    $"{log} has lines of Postfix, which name everybody who wrote, and logrotate keeps it {howLong}",
                    "keep mail.* out of it (*.*;mail.none in /etc/rsyslog.conf or /etc/rsyslog.d; then: systemctl "
                    + "restart rsyslog), or turn it daily")
                : Finding.Warning(name, $"{log} names everybody who wrote, and logrotate keeps it {howLong}",
                    "run install.sh; or write into the file of /etc/logrotate.d that has it: daily, rotate 7");
        }
    }

    private static bool HasLinesOfPostfix(string log) =>
        LogTail.Lines(log).Any(line => line.Contains(" postfix/", StringComparison.Ordinal));

    /// <summary>What starts logrotate, and when it turned the responder's log the last time.</summary>
    private static Finding State(Host host)
    {
        const string name = "logrotate-state";
        const string remedy = "run: logrotate /etc/logrotate.conf, and see what it says";
        const string job = "/etc/cron.daily/logrotate";
        if (Directory.Exists(host.PathTo("/run/systemd/system")))
        {
            if (host.Run("systemctl", "is-active", "logrotate.timer") is { IsInstalled: true, Succeeded: false })
            {
                return Finding.Warning(name, "nothing starts logrotate: its timer is off, and logs are kept for ever",
                    "run: systemctl enable --now logrotate.timer");
            }
        }
        else if (!File.Exists(host.PathTo(job))
            || (File.GetUnixFileMode(host.PathTo(job)) & UnixFileMode.UserExecute) == 0)
        {
            return Finding.Warning(name,
                $"nothing starts logrotate: {job} is missing or cannot be run, and logs are kept for ever",
                $"run: apt-get install --reinstall logrotate; chmod 755 {job}");
        }

        if (host.Lines(StateFile) is { } lines)
        {
            if (!Array.Exists(lines, line => line.StartsWith("logrotate state", StringComparison.Ordinal)))
            {
                return Finding.Warning(name,
                    $"{StateFile} is damaged: logrotate ends at once, and logs are kept for ever",
                    $"run: rm {StateFile}; then: logrotate /etc/logrotate.conf");
            }

            if (Turned(lines) is { } turned)
            {
                return host.Now - turned > Late
                    ? Finding.Warning(name,
                        $"the logs were last turned {(host.Now - turned).InWords()} ago: they are kept too long",
                        remedy)
                    : Finding.Ok(name, $"the logs were turned on {turned:yyyy-MM-dd}");
            }
        }

        // Before its first night logrotate knows nothing of a log.
        var log = host.PathTo(LogChecks.Log);
        return !File.Exists(log) ? Finding.NotLookedAt(name, "log-routing")
            : host.Now - File.GetCreationTimeUtc(log) < Late
                ? Finding.Ok(name, "the logs are new, and were not turned yet")
            : Finding.Warning(name, $"logrotate never turned {LogChecks.Log} ({StateFile})", remedy);
    }

    /// <summary>
    /// The day from a line like <c>"/var/log/mail_responder.log" 2026-11-28-0:0:12</c>; null without one.
    /// </summary>
    private static DateTimeOffset? Turned(string[] lines)
    {
        var line = Array.Find(lines, line => line.StartsWith($"\"{LogChecks.Log}\" ", StringComparison.Ordinal));
        return line?.Split(' ')[^1].Split('-') is [var year, var month, var day, ..]
            && DateTimeOffset.TryParseExact($"{year}-{month}-{day}", "yyyy-M-d", CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal, out var turned) ? turned : null;
    }
}
