using MailResponder.Files;
using MailResponder.Settings;
using MailResponder.Store;

namespace MailResponder.Doctor;

/// <summary>
/// Checks the database as the responder's user. Root can open any file, and over a socket without a password root would
/// log in as a different database user.
/// </summary>
internal static class DatabaseChecks
{
    public const string Name = "database";

    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MaxWithoutReset = TimeSpan.FromHours(26);

    public static IEnumerable<Finding> Look(Host host, ResponderSettings settings)
    {
        var check = new Check(Name);
        if (!host.MayActAsResponder)
            return check.OnlyRoot($"not checked: only root can query it as {Host.ResponderUser}");
        return check.OrFault("see docs/database.md; then: responder database status", () =>
        {
            if (settings.Database.SqliteFile is { } file
                && Unfit(check, host, file, settings.AddressKeyFile).Count > 0)
                return check;
            using var asResponder = host.ActAsResponder();
            var report = DatabaseReport.Of(settings.Database);
            if ((report.Problem ?? report.Missing) is not null)
                throw new ResponderException(Cause.Database, string.Join("; ",
                    new[] { report.Problem, report.Missing is { } rights ? "rights are missing: " + rights : null }
                        .OfType<string>()));
            using var store = RequesterStore.Open(
                settings.Database, AddressKey.Load(settings.AddressKeyFile), MaxWait, host.Clock);
            var counts = store.Count();
            return
            [
                .. check.Ok($"{report.Kind}, {report.Place}, schema {report.Schema}"),
                .. new Check("last-reset-clock").WarningIf(counts.ClockJump != TimeSpan.Zero,
                    $"the last reset: {StoreCounts.InWords(counts.ClockJump)}; it forgot no message", "check "
                    + "the clock of every host (chronyc tracking); the next reset at its usual time ends this warning"),
                .. LastReset(host, report, counts.LastReset),
                .. NextKey(settings, store.NextKey),
            ];
        });
    }

    /// <summary>
    /// Adds a finding if the responder's user may not write the file, or if the file does not exist yet.
    /// </summary>
    /// <exception cref="ResponderException">Symbolic links lead in a circle.</exception>
    private static Check Unfit(Check check, Host host, string file, string keyFile)
    {
        // SQLite creates its other files next to the target of a symbolic link.
        var database = FileTrouble.InWords(Cause.Database, "database " + file, () => PlaceCheck.TargetOf(file));
        if (PlaceCheck.LostTarget(file, database) is { } lost)
            return check.Fault(lost + "; every message is deferred", PlaceCheck.RemedyOfLostTarget);
        var folder = Path.GetDirectoryName(database)!;
        string[] needed = [database, database + "-wal", database + "-shm", database + ".lock", folder];
        var refused = host.Refused('w', needed.Where(Path.Exists));
        if (refused.Count > 0)
            return check.Fault($"{Host.ResponderUser} may not write {string.Join(", ", refused.Order())}; every "
                + "message is deferred",
                OwnPlaces.Remedy(refused.Contains(folder) ? folder : database,
                    $"run: chown {Host.ResponderUser}:{Host.ResponderUser} {string.Join(' ', refused.Order())}",
                    $"if a volume belongs at {folder}, mount it; else move the database to {OwnPlaces.Data}, and set "
                    + "database.sqlite to its new path", OwnPlaces.Data));
        return File.Exists(database) ? check
            : check.Warning(file + " does not exist yet; the first message creates it",
                File.Exists(keyFile) ? "run: responder database init" : "run install.sh, which also makes its key");
    }

    private static Check LastReset(Host host, DatabaseReport report, DateTimeOffset? reset)
    {
        var check = new Check("last-reset");
        if (reset is { } time)
            return check.NotYet(host, time) ?? (host.Now - time > MaxWithoutReset
                ? check.Warning($"the quotas were last reset {(host.Now - time).InWords()} ago: requesters who used "
                    + "theirs up are not answered",
                    "check /etc/cron.d/mail_responder and cron's mail; for now: responder blacklist reset")
                : check.Ok((host.Now - time).InWords() + " ago"));
        // A new database is first reset at the next midnight.
        return host.Now - report.CreatedAt < MaxWithoutReset
            ? check.Ok("none yet; the database is new")
            : check.Warning("the quotas were never reset",
                "check /etc/cron.d/mail_responder; in a fleet one host is enough");
    }

    private static Check NextKey(ResponderSettings settings, AddressKey? next) => new Check("address-key").WarningIf(
        next is not null,
        $"the key of {next?.MadeAt:yyyy-MM-dd HH:mm} UTC waits: it comes into force at the next reset",
        $"before that, copy {settings.AddressKeyFile} to a backup and to every host that shares the database; see "
            + "docs/database.md");
}
