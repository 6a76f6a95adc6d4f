using MailResponder.Logs;
using MailResponder.Settings;

namespace MailResponder.Doctor;

/// <summary>Checks the way of a log line: the socket, rsyslog, its rule, the log files, and their rotation.</summary>
internal static class LogChecks
{
    public const string Events = MessageEvent.StandardLog;
    public const string Log = "/var/log/mail_responder.log";
    public const string MailLogFile = "/var/log/mail.log";
    private const string Rule = "/etc/rsyslog.d/20-mail_responder.conf";
    private const string Restart = "; then: systemctl restart rsyslog";
    private static string[] Rotations =>
        ["/etc/logrotate.d/mail_responder", "/etc/logrotate.d/mail_responder-mail"];
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(5);

    public static IEnumerable<Finding> Look(Host host, ResponderSettings? settings)
    {
        if (settings?.LogTo == LogTarget.Stderr)
            return new Check("log-routing").Warning(
                "log_to is stderr: under Postfix the lines get lost, or end up in delivery reports",
                "remove log_to from the settings");
        var isRunning = host.IsRunning("rsyslogd");
        return
        [
            .. new Check("rsyslog-running").FaultIf(!isRunning, "rsyslog is not running: nothing of ours is logged",
                "run: systemctl enable --now rsyslog (package rsyslog)").OrOk("yes"),
            .. RuleFile(host),
            .. settings is null ? [] : Routing(host, settings, isRunning),
            .. Files(host),
            .. Rotating(host),
            .. MailLog(host),
            .. RetentionChecks.Journal(host),
        ];
    }

    private static Check RuleFile(Host host)
    {
        var check = new Check("rsyslog-rule");
        if (host.Lines(Rule) is not { } lines)
            return check.Fault(Rule + " is missing: our lines go wherever the host's rules send them",
                "run install.sh");
        foreach (var file in ((string[])[Log, Events, MailLogFile]).Where(file => !lines.Any(
            line => !line.TrimStart().StartsWith('#') && line.Contains(file, StringComparison.Ordinal))))
            check.Fault($"{Rule} does not write {file}", "install rsyslog/20-mail_responder.conf" + Restart);
        var rsyslogd = host.Run("rsyslogd", "-N1");
        // rsyslogd may skip a broken part and still exit with 0.
        var broken = rsyslogd.ErrorLines.Concat(rsyslogd.Lines)
            .FirstOrDefault(line => line.Contains("error", StringComparison.OrdinalIgnoreCase)
                && line.Contains("mail_responder", StringComparison.Ordinal));
        if (rsyslogd.Code is null)
            check.Warning("rsyslogd -N1 " + rsyslogd.Complaint, "run: rsyslogd -N1");
        else if (broken is not null || rsyslogd.Failed)
            check.Fault("rsyslogd -N1: " + (broken?.OneLine() ?? rsyslogd.Complaint),
                "correct the file that it names" + Restart);
        return check.OrOk(Rule);
    }

    /// <summary>Sends a line and an event as the responder does, and waits until they appear in the files.</summary>
    private static List<Finding> Routing(Host host, ResponderSettings settings, bool isRunning)
    {
        const string name = "syslog-socket";
        var (check, path) = (new Check(name), settings.SyslogSocket);
        var routing = new Check("log-routing");
        if (!isRunning)
            return [.. check.NotLookedAt("rsyslog-running"), .. routing.NotLookedAt("rsyslog-running")];
        check.FaultIf(!File.Exists(path), path + " does not exist: nothing of ours is logged",
                "run: systemctl restart rsyslog; see syslog_socket in the settings")
            .FaultIf(File.Exists(path) && host.Refused('w', [path]).Count > 0,
                $"{Host.ResponderUser} may not write to {path}", $"run: chmod 0666 {path}");
        if (check.Count > 0)
            return [.. routing.NotLookedAt(name), .. check];
        check.Ok(path);
        return host.IsRoot ? [.. check, .. Send(routing, host, settings)] : check;
    }

    private static Check Send(Check check, Host host, ResponderSettings settings)
    {
        var mark = "doctor mark=" + Guid.NewGuid().ToString("N");
        var missing = new List<(string File, SyslogFacility Facility)>
            { (Log, settings.SyslogFacility), (Events, settings.EventFacility) };
        var tails = missing.ToDictionary(one => one.File, one => new LogTail(host.PathTo(one.File), maxBytes: 0));
        var socket = new SyslogSocket(settings.SyslogSocket, host.Clock);
        socket.Write(settings.SyslogFacility, SyslogSeverity.Info, mark);
        // Probes are not counted in any statistics.
        socket.Write(settings.EventFacility, SyslogSeverity.Info,
            MessageLog.Event(new Outcome(Result.Probe) { Problem = mark }, 0, host.Now));
        for (var start = host.Clock.GetTimestamp(); host.Clock.GetElapsedTime(start) < MaxWait; Thread.Sleep(100))
        {
            missing.RemoveAll(one =>
                tails[one.File].NewLines().Any(line => line.Contains(mark, StringComparison.Ordinal)));
            if (missing.Count == 0)
                return check.Ok($"a test line arrived in {Log} and {Events}");
        }

        foreach (var (file, facility) in missing)
            check.Fault(
                $"a test line sent to {settings.SyslogSocket} ({facility.Hyphenated()}) did not arrive in {file}",
                $"check that {Rule} has the facilities of the settings, that the disk is not full, and that rsyslog "
                + "may write the file" + Restart);
        return check;
    }

    private static Check Files(Host host)
    {
        var check = new Check("log-files");
        // The first message creates a missing file. log-routing checks whether it can.
        foreach (var path in ((string[])[Log, Events]).Where(path => File.Exists(host.PathTo(path))))
        {
            var owner = host.Stat("%U", host.PathTo(path));
            check.FaultIf(Host.IsOpen(host.PathTo(path), UnixFileMode.OtherRead | UnixFileMode.OtherWrite),
                    path + " can be read by every user of the host", $"run: chmod 0640 {path}")
                .FaultIf(owner is not ("" or "root" or "syslog"),
                    $"{path} belongs to {owner}: rsyslog may not be able to write it",
                    $"run: chown {(host.PasswdEntry("syslog") is null ? "root" : "syslog")}:adm {path}" + Restart);
        }

        return check.OrOk("not open to everybody");
    }

    private static Check Rotating(Host host)
    {
        var check = new Check("logrotate");
        foreach (var file in Rotations.Where(file => !File.Exists(host.PathTo(file))))
            check.Fault(file + " is missing: the logs grow until the disk is full", "run install.sh");
        // Check all of its files together: logrotate refuses a second file that names the same log.
        var logrotate = host.Run("logrotate", "-d", host.PathTo("/etc/logrotate.conf"));
        if (!logrotate.IsInstalled)
            return check.Fault("logrotate is not installed: the logs grow until the disk is full",
                "apt-get install logrotate");
        var error = logrotate.ErrorLines.FirstOrDefault(line => line.Contains("error:", StringComparison.Ordinal)
            && (line.Contains("mail_responder", StringComparison.Ordinal)
                || line.Contains("/var/log/mail", StringComparison.Ordinal)));
        if (error is not null)
            check.Fault("logrotate -d: " + error.OneLine(),
                "correct the file that it names; no two may name the same log");
        else if (logrotate.Failed && !logrotate.Errors.Contains("mail_responder", StringComparison.Ordinal))
            check.Fault("logrotate -d: " + logrotate.Complaint, "make /etc/logrotate.conf include /etc/logrotate.d");
        return check.OrOk(string.Join(", ", Rotations));
    }

    /// <summary>
    /// Checks Postfix's own log. Unlike ours, it names requesters, and whoever seizes the host can read it.
    /// </summary>
    private static Check MailLog(Host host)
    {
        var (check, files) = (new Check("mail-log"), host.FilesIn("/var/log", "mail.*").ToList());
        var most = RetentionChecks.MostDays(host);
        var days = most.Count("day");
        // logrotate deletes a file up to a day later.
        var oldest = host.Now.AddDays(-most - 1);
        if (files.FindLast(file => File.GetLastWriteTimeUtc(host.PathTo(file)) < oldest) is { } old)
            check.Warning($"{old} is older than {days}, and Postfix's log names everybody who wrote",
                "delete it; if new files stay as long, run install.sh");
        foreach (var file in files.Where(file => Host.IsOpen(host.PathTo(file), UnixFileMode.OtherRead)))
            check.Fault($"{file} can be read by every user of the host, and names everybody who wrote",
                $"run: chmod 0640 {file}");
        return check.OrOk($"nothing older than {days}, nothing open to everybody");
    }
}
