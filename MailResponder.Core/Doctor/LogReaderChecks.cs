using MailResponder.Settings;

namespace MailResponder.Doctor;

/// <summary>
/// The reader of Postfix's log that rsyslogd runs (`responder postfix-log`). Without it every message is answered all
/// the
/// same; the statistics and metrics lack the requests, and what becomes of replies.
/// </summary>
internal static class LogReaderChecks
{
    private const string Name = "postfix-log";
    private const string Rule = "/etc/rsyslog.d/10-mail_responder-postfix-log.conf";
    private const string Spool = "/var/spool/rsyslog";
    private const string Action = "mail_responder-postfix-log";
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(3);

    /// <param name="host">The machine.</param>
    /// <param name="settings">Name the reader's database.</param>
    /// <param name="hasLine">Whether rsyslogd has just handed on a line, so that the reader must have been
    /// started.</param>
    public static IEnumerable<Finding> Look(Host host, ResponderSettings settings, bool hasLine)
    {
        // Where rsyslogd is not root the rule is switched off (Ubuntu): nothing runs then, and nothing is wrong.
        if (host.Lines(Rule) is null)
            return [];
        if (!host.IsRoot)
            return [Finding.Warning(Name, "only root can see whether it runs", "run: sudo responder doctor")];
        return hasLine ? Problems(host, settings).OrOk(Name, "runs, and nothing waits for it")
            : [Finding.NotLookedAt(Name, "log-routing")];
    }

    private static IEnumerable<Finding> Problems(Host host, ResponderSettings settings)
    {
        var database = settings.PostfixLog.Database;
        List<string> places = [.. new[] { database, Path.GetDirectoryName(database)! }.Where(Path.Exists)];
        var refused = host.Refused('w', places);
        if (refused.Count > 0)
        {
            yield return Finding.Warning(Name,
                $"{Host.ResponderUser} may not write {refused.Order().ToList().Some()}: the statistics lack the "
                + "requests since",
                $"run: chown {Host.ResponderUser}:{Host.ResponderUser} {string.Join(' ', refused.Order())}");
        }
        else if (!Runs(host))
        {
            yield return Finding.Warning(Name,
                "the reader of Postfix's log does not run, although rsyslogd has lines for it: the statistics lack "
                + "the requests since",
                $"see what rsyslogd says of {Action} in /var/log/syslog; try: responder postfix-log /var/log/mail.log");
        }

        // rsyslogd writes there what its memory does not hold, and, with the name of a queue alone, where it goes on.
        var waiting = Directory.Exists(host.PathTo(Spool))
            ? Directory.GetFiles(host.PathTo(Spool), Action + ".0*").Sum(file => new FileInfo(file).Length) : 0;
        if (waiting > 1 << 20)
        {
            yield return Finding.Warning(Name,
                $"{waiting >> 20} MB of lines that name who wrote wait for the reader in {Spool}, or were left there "
                + "after it took them",
                $"see what rsyslogd says of {Action} in /var/log/syslog; when the reader runs: systemctl restart "
                + "rsyslog");
        }
    }

    private static bool Runs(Host host)
    {
        var start = host.Clock.GetTimestamp();
        do
        {
            if (host.IsRunning("responder", "postfix-log"))
                return true;
            Thread.Sleep(100);
        }
        while (host.Clock.GetElapsedTime(start) < MaxWait);
        return false;
    }
}
