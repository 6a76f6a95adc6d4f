using System.Globalization;

namespace MailResponder.Doctor;

/// <summary>
/// How long journald keeps what services of the host log. Postfix's queue manager logs senders there.
/// </summary>
internal static class JournalChecks
{
    /// <summary>By rising precedence, as journald.conf(5) has them.</summary>
    private static string[] Folders =>
    [
        "/usr/lib/systemd/journald.conf.d", "/usr/local/lib/systemd/journald.conf.d",
        "/run/systemd/journald.conf.d", "/etc/systemd/journald.conf.d",
    ];

    public static IEnumerable<Finding> Look(Host host)
    {
        var (check, settings) = (new Check("journal"), Settings(host));
        // journald deletes whole files only, so each must be complete within a day.
        (string, int)[] limits = [("MaxRetentionSec", RetentionChecks.MostDays(host) + 1), ("MaxFileSec", 1)];
        foreach (var (setting, mostDays) in limits)
        {
            var text = settings.GetValueOrDefault(setting, "");
            if (!(Time(text) is { } time && time > TimeSpan.Zero && time <= TimeSpan.FromDays(mostDays)))
                return check.Warning($"{setting} of journald is {(text.Length > 0 ? text : "not set")}: the journal "
                    + "names who wrote, and keeps it",
                    "put system/systemd/journald.conf.d/mail_responder.conf back (run install.sh), and take out what "
                    + "overrides it; then: systemctl restart systemd-journald");
        }

        return check.Ok("forgets after a week");
    }

    private static Dictionary<string, string> Settings(Host host)
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var folder in Folders.Where(folder => Directory.Exists(host.PathTo(folder))))
        {
            foreach (var file in Directory.GetFiles(host.PathTo(folder), "*.conf").Select(Path.GetFileName))
                files[file!] = $"{folder}/{file}";
        }

        return Host.Values(
            files.Values.Prepend("/etc/systemd/journald.conf").SelectMany(file => host.Lines(file) ?? []), '=');
    }

    /// <summary>A time span of systemd.time(7), like <c>1d 12h</c>; a bare number is seconds. Else null.</summary>
    private static TimeSpan? Time(string text)
    {
        var time = TimeSpan.Zero;
        var rest = text.AsSpan().Trim();
        if (rest.IsEmpty)
            return null;
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExceptInRange('0', '9') is var end && end < 0 ? rest.Length : end;
            if (!int.TryParse(rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                return null;
            rest = rest[digits..].TrimStart();
            var letters = rest.IndexOfAnyExceptInRange('A', 'z') is var next && next < 0 ? rest.Length : next;
            if (SecondsOf(rest[..letters].ToString()) is not { } seconds)
                return null;
            time += TimeSpan.FromSeconds((double)number * seconds);
            rest = rest[letters..].TrimStart();
        }

        return time;
    }

    private static int? SecondsOf(string unit) => unit switch
    {
        "" or "s" or "sec" or "second" or "seconds" => 1,
        "m" or "min" or "minute" or "minutes" => 60,
        "h" or "hr" or "hour" or "hours" => 3600,
        "d" or "day" or "days" => 86_400,
        "w" or "week" or "weeks" => 604_800,
        "M" or "month" or "months" => 2_629_800,
        "y" or "year" or "years" => 31_557_600,
        _ => null,
    };
}
