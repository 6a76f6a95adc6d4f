using MailResponder.Logs;
using MailResponder.Settings;

namespace MailResponder.Doctor;

/// <summary>The way of a log line: socket, rsyslog, its rule, the files, and their rotation.</summary>
internal static class LogChecks
{
    public const string Events = MessageEvent.StandardLog;
    public const string Log = "/var/log/mail_responder.log";
    private const string Rule = "/etc/rsyslog.d/20-mail_responder.conf";
    private const string MailLogFile = "/var/log/mail.log";
    private const string Rotation = "/etc/logrotate.d/mail_responder";
    private const string MailRotation = "/etc/logrotate.d/mail_responder-mail";
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(5);

    /// <summary>As long as our own logs are kept, and a day for the rotation itself.</summary>
    private static readonly TimeSpan MaxMailLogAge = TimeSpan.FromDays(8);

    public static IEnumerable<Finding> Look(Host host, ResponderSettings? settings)
    {
        if (settings?.LogTo == LogTarget.Stderr)
            return [Finding.Warning("log-routing",
                "log_to is stderr: under Postfix the lines get lost, or into delivery reports",
                "remove log_to from the settings")];
        var isRunning = host.IsRunning("rsyslogd");
        List<Finding> routing = settings is null ? [] : [.. Routing(host, settings, isRunning)];
        return
        [
            isRunning ? Finding.Ok("rsyslog-running", "yes")
                : Finding.Fault("rsyslog-running", "rsyslog does not run: nothing of ours is logged",
                "run: systemctl enable --now rsyslog (package rsyslog)"),
            .. RuleFile(host).OrOk("rsyslog-rule", Rule),
            .. routing,
            .. Files(host).OrOk("log-files", "not open to everybody"),
            .. Rotating(host).OrOk("logrotate", $"{Rotation}, {MailRotation}"),
            .. MailLog(host).OrOk("mail-log", "nothing older than a week, nothing open to everybody"),
            .. JournalChecks.Look(host).OrOk("journal", "forgets after a week"),
        ];
    }

    private static IEnumerable<Finding> RuleFile(Host host)
    {
        const string name = "rsyslog-rule";
        if (host.Lines(Rule) is not { } lines)
        {
            yield return Finding.Fault(name, Rule + " is missing: our lines go wherever the host's rules send them",
                "run install.sh");
            yield break;
        }

        foreach (var file in (string[])[Log, Events, MailLogFile])
        {
            if (!lines.Any(line => !line.TrimStart().StartsWith('#') && line.Contains(file, StringComparison.Ordinal)))
                yield return Finding.Fault(name, $"{Rule} does not write {file}",
                    "take rsyslog/20-mail_responder.conf; then: systemctl restart rsyslog");
        }

        var check = host.Run("rsyslogd", "-N1");
        // It may leave broken parts out and go on, and then its exit code is 0.
        var broken = check.Errors.Split('\n').Concat(check.Lines)
            .FirstOrDefault(line => line.Contains("error", StringComparison.OrdinalIgnoreCase)
            && line.Contains("mail_responder", StringComparison.Ordinal));
        if (check.Code is null)
            yield return Finding.Warning(name, "rsyslogd -N1 " + check.Complaint, "run: rsyslogd -N1");
        else if (broken is not null || check.Failed)
            yield return Finding.Fault(name, "rsyslogd -N1: " + (broken?.OneLine() ?? check.Complaint),
                "correct the file that it names; then: systemctl restart rsyslog");
    }

    /// <summary>A line and an event are sent as the responder sends them, and looked for in the files.</summary>
    private static IEnumerable<Finding> Routing(Host host, ResponderSettings settings, bool isRunning)
    {
        const string name = "log-routing";
        if (!isRunning)
        {
            yield return Finding.NotLookedAt("syslog-socket", "rsyslog-running");
            yield return Finding.NotLookedAt(name, "rsyslog-running");
            yield break;
        }

        if (!File.Exists(settings.SyslogSocket))
        {
            yield return Finding.NotLookedAt(name, "syslog-socket");
            yield return Finding.Fault("syslog-socket",
                settings.SyslogSocket + " does not exist: nothing of ours is logged",
                "run: systemctl restart rsyslog; see syslog_socket in the settings");
            yield break;
        }

        if (host.Refused('w', [settings.SyslogSocket]).Count > 0)
        {
            yield return Finding.NotLookedAt(name, "syslog-socket");
            yield return Finding.Fault("syslog-socket",
                $"{Host.ResponderUser} may not write to {settings.SyslogSocket}",
                $"run: chmod 0666 {settings.SyslogSocket}");
            yield break;
        }

        yield return Finding.Ok("syslog-socket", settings.SyslogSocket);
        if (!host.IsRoot)
            yield break;
        var mark = "doctor mark=" + Guid.NewGuid().ToString("N");
        var socket = new SyslogSocket(settings.SyslogSocket, host.Clock);
        socket.Write(settings.SyslogFacility, SyslogSeverity.Info, mark);
        // A probe counts nowhere.
        socket.Write(settings.EventFacility, SyslogSeverity.Info,
            MessageLog.Event(new Outcome(Result.Probe) { Problem = mark }, 0, host.Now));
        List<(string File, SyslogFacility Facility)> missing =
            [(Log, settings.SyslogFacility), (Events, settings.EventFacility)];
        var start = host.Clock.GetTimestamp();
        do
        {
            missing.RemoveAll(one => LogTail.Lines(host.PathTo(one.File))
                .Any(line => line.Contains(mark, StringComparison.Ordinal)));
            if (missing.Count == 0)
            {
                yield return Finding.Ok(name, $"a test line came to {Log} and {Events}");
                yield break;
            }

            Thread.Sleep(100);
        }
        while (host.Clock.GetElapsedTime(start) < MaxWait);
        foreach (var (file, facility) in missing)
            yield return Finding.Fault(name,
                $"a test line sent to {settings.SyslogSocket} ({facility.Hyphenated()}) did not come to {file}",
                $"see that {Rule} has the facilities of the settings, that the disk is not full, and that rsyslog may "
                + "write the file; then: systemctl restart rsyslog");
    }

    private static IEnumerable<Finding> Files(Host host)
    {
        const string name = "log-files";
        foreach (var path in (string[])[Log, Events])
        {
            var file = host.PathTo(path);
            if (!File.Exists(file))
                continue; // The first message makes it; log-routing tells whether it would.
            if ((File.GetUnixFileMode(file) & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite)) != 0)
                yield return Finding.Fault(name, path + " can be read by every user of the host",
                    $"run: chmod 0640 {path}");
            if (host.Run("stat", "-c", "%U", file) is { Succeeded: true } owner
                && owner.Output.Trim() is not ("root" or "syslog"))
                yield return Finding.Fault(name,
                $"{path} belongs to {owner.Output.Trim().OneLine()}: rsyslog may not be able to write it",
                $"run: chown {(host.PasswdEntry("syslog") is null ? "root" : "syslog")}:adm {path}; then: systemctl "
                + $"restart rsyslog");
        }
    }

    private static IEnumerable<Finding> Rotating(Host host)
    {
        const string name = "logrotate";
        foreach (var file in (string[])[Rotation, MailRotation])
        {
            if (!File.Exists(host.PathTo(file)))
                yield return Finding.Fault(name, file + " is missing: the logs grow until the disk is full",
                    "run install.sh");
        }

        // All of its files, because a log that two of them name is an error of the one that is read later.
        var check = host.Run("logrotate", "-d", host.PathTo("/etc/logrotate.conf"));
        if (!check.IsInstalled)
        {
            yield return Finding.Fault(name, "logrotate is not installed: the logs grow until the disk is full",
                "apt-get install logrotate");
            yield break;
        }

        var error = check.Errors.Split('\n').FirstOrDefault(line => line.Contains("error:", StringComparison.Ordinal)
            && (line.Contains("mail_responder", StringComparison.Ordinal)
            || line.Contains("/var/log/mail", StringComparison.Ordinal)));
        if (error is not null)
            yield return Finding.Fault(name, "logrotate -d: " + error.OneLine(),
                "correct the file that it names; no two may name one log");
        else if (check.Failed && !check.Errors.Contains("mail_responder", StringComparison.Ordinal))
            yield return Finding.Fault(name, "logrotate -d: " + check.Complaint,
                "let /etc/logrotate.conf include /etc/logrotate.d");
    }

    /// <summary>Unlike ours, Postfix's own log names the people who write: whoever gets the host gets them.</summary>
    private static IEnumerable<Finding> MailLog(Host host)
    {
        const string name = "mail-log";
        var folder = host.PathTo("/var/log");
        if (!Directory.Exists(folder))
            yield break;
        var files = Directory.GetFiles(folder, "mail.*").Order(StringComparer.Ordinal).ToList();
        var old = files.FindAll(file => host.Now - File.GetLastWriteTimeUtc(file) > MaxMailLogAge);
        if (old.Count > 0)
        {
            yield return Finding.Warning(name,
                $"/var/log/{Path.GetFileName(old[^1])} is older than a week, and Postfix's log names everybody who "
                + $"wrote",
                "run: install.sh --mail-log-days 7; and delete what is older");
        }

        foreach (var file in files.Where(file => (File.GetUnixFileMode(file) & UnixFileMode.OtherRead) != 0))
            yield return Finding.Fault(name,
                $"/var/log/{Path.GetFileName(file)} can be read by every user of the host, and names everybody who "
                + $"wrote", $"run: chmod 0640 /var/log/{Path.GetFileName(file)}");
    }
}
