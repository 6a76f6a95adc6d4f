namespace MailResponder.Doctor;

/// <summary>
/// How long journald keeps what services of the host log. Postfix's queue manager logs senders there.
/// </summary>
internal static class JournalChecks
{
    /// <summary>Hold systemd/journald.conf.d; by rising precedence, as journald.conf(5) has them.</summary>
    private static string[] Folders => ["/usr/lib", "/usr/local/lib", "/run", "/etc"];

    public static IEnumerable<Finding> Look(Host host)
    {
        var (check, settings) = (new Check("journal"), Settings(host));
        // journald deletes whole files only, so each must be complete within a day.
        (string, int)[] limits = [("MaxRetentionSec", RetentionChecks.MostDays(host) + 1), ("MaxFileSec", 1)];
        foreach (var (setting, mostDays) in limits)
        {
            var text = settings.GetValueOrDefault(setting, "");
            if (!(text.AsTime() is { } time && time > TimeSpan.Zero && time <= TimeSpan.FromDays(mostDays)))
                return check.Warning($"{setting} of journald is {(text.Length > 0 ? text : "not set")}: the journal "
                    + "names who wrote, and keeps it",
                    "put system/systemd/journald.conf.d/mail_responder.conf back (run install.sh), and take out what "
                    + "overrides it; then: systemctl restart systemd-journald");
        }

        return check.Ok("forgets after a week");
    }

    private static Dictionary<string, string> Settings(Host host)
    {
        var files = new Dictionary<string, string>();
        foreach (var file in Folders.SelectMany(
            folder => host.FilesIn(folder + "/systemd/journald.conf.d", "*.conf")))
            files[Path.GetFileName(file)] = file;
        var all = files.Keys.Order(StringComparer.Ordinal).Select(name => files[name])
            .Prepend("/etc/systemd/journald.conf");
        return Host.Values(all.SelectMany(file => host.Lines(file) ?? []), '=');
    }
}
