using System.Globalization;
using MailResponder.Settings;

namespace MailResponder.Doctor;

/// <summary>
/// The database, asked by this program run as the responder's user: root may open every file, and over a socket
/// without a password it would log in as somebody else.
/// </summary>
internal static class DatabaseChecks
{
    private static readonly TimeSpan MaxWithoutReset = TimeSpan.FromHours(26);

    public static IEnumerable<Finding> Look(Host host, ResponderSettings settings)
    {
        const string name = "database";
        if (!host.MayActAsResponder)
        {
            yield return Finding.Warning(name, $"was not looked at: only root can ask it as {Host.ResponderUser}",
                "run: sudo responder doctor");
            yield break;
        }

        if (settings.Database.SqliteFile is { } file)
        {
            // SQLite makes its other files beside the one that a link names.
            var database = File.Exists(file) && File.ResolveLinkTarget(file, returnFinalTarget: true) is { } target
                ? target.FullName : file;
            var folder = Path.GetDirectoryName(database)!;
            List<string> needed =
            [
                .. new[] { database, database + "-wal", database + "-shm", database + ".lock" }.Where(File.Exists),
                .. Directory.Exists(folder) ? [folder] : (string[])[],
            ];
            var refused = host.Refused('w', needed);
            if (refused.Count > 0)
            {
                yield return Finding.Fault(name,
                    $"{Host.ResponderUser} may not write {string.Join(", ", refused.Order())}; every message is "
                    + $"deferred",
                    $"run: chown {Host.ResponderUser}:{Host.ResponderUser} {string.Join(' ', refused.Order())}");
                yield break;
            }

            if (!File.Exists(database))
            {
                yield return Finding.Warning(name, file + " does not exist yet; the first message makes it",
                    $"run: sudo -u {Host.ResponderUser} responder database init");
                yield break;
            }
        }

        var status = host.RunResponder("database", "status", "--settings", settings.File);
        if (status.Succeeded)
        {
            yield return Finding.Ok(name, string.Join("; ", status.Lines.Select(line => line.OneLine())));
            if (status.Lines.FirstOrDefault(line => line.StartsWith("clock:", StringComparison.Ordinal)) is { } clock)
            {
                yield return Finding.Warning("last-reset-clock",
                    clock["clock:".Length..].Trim().OneLine() + "; it forgot no message",
                    "look at the clock of every host (chronyc tracking); this goes with the next reset at its usual "
                    + "time");
            }

            yield return LastReset(host, settings);
        }
        else
        {
            var problems = status.Lines.Where(
                line => line.StartsWith("problem:", StringComparison.Ordinal)
                || line.StartsWith("missing:", StringComparison.Ordinal)).ToList();
            yield return Finding.Fault(name,
                problems.Count > 0 ? string.Join("; ", problems).OneLine() : status.Complaint,
                "see docs/database.md; then: responder database status");
        }
    }

    private static Finding LastReset(Host host, ResponderSettings settings)
    {
        const string name = "last-reset";
        const string label = "last reset:";
        var counts = host.RunResponder("blacklist", "show", "--settings", settings.File);
        var line = counts.Lines.FirstOrDefault(line => line.StartsWith(label, StringComparison.Ordinal));
        if (!counts.Succeeded || line is null)
            return Finding.Warning(name, "cannot be seen: " + counts.Complaint, "run: responder blacklist show");
        if (!DateTimeOffset.TryParseExact(line[label.Length..].Trim(), "yyyy-MM-dd HH:mm:ss 'UTC'",
            CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var reset))
        {
            // A database of less than a day has not seen midnight yet.
            return settings.Database.SqliteFile is { } file
                && host.Now - File.GetCreationTimeUtc(file) < MaxWithoutReset
                ? Finding.Ok(name, "none yet; the database is new")
                : Finding.Warning(name, "the quotas were never reset",
                "look at /etc/cron.d/mail_responder; on a fleet one host resets them");
        }

        var age = host.Now - reset;
        return age > MaxWithoutReset
            ? Finding.Warning(
            name, $"the quotas were last reset {age.InWords()} ago: whoever used theirs up is not answered",
            "look at /etc/cron.d/mail_responder and at cron's mail; now: responder blacklist reset")
            : Finding.Ok(name, age.InWords() + " ago");
    }
}
