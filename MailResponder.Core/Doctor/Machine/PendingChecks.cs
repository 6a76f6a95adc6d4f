namespace MailResponder.Doctor;

/// <summary>
/// What install.sh left to the operator: new versions beside files that were edited, and a run that was cut off.
/// </summary>
internal static class PendingChecks
{
    /// <summary>Where install.sh records what it did.</summary>
    private const string Records = "/var/backups/mail_responder";

    public static IEnumerable<Finding> Look(Host host)
    {
        var (check, records) = (new Check("install"), host.PathTo(Records));
        if (!Directory.Exists(records))
            return check.Warning($"was not looked at: there is no {Records}, which install.sh makes",
                "run install.sh, as root");
        try
        {
            var waiting =
                from file in FilesIn(Path.Join(records, "put"))
                from newer in (string[])[file + ".new", file + ".dpkg-dist"]
                where File.Exists(host.PathTo(newer))
                select (file, newer);
            foreach (var (file, newer) in waiting)
                check.Warning($"{newer} waits: {file} was edited, and a newer version came with the last install.sh",
                    $"look at: diff -u {file} {newer}; take over what you want, and delete {newer}");
            if (FilesIn(Path.Join(records, "pending")).Select(path => path[1..]).Some() is { } pending)
                check.Warning($"the last install.sh was cut off before {pending} saw what it changed",
                    "run install.sh again");
            return check.OrOk("complete; no new version of an edited file waits");
        }
        catch (UnauthorizedAccessException)
        {
            return check.OnlyRoot("was not looked at: only root can");
        }
    }

    /// <summary>The files below a folder, by their paths from there, with a slash before them.</summary>
    private static List<string> FilesIn(string folder) =>
        !Directory.Exists(folder) ? []
        : [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(path => path[folder.Length..])
            .Order(StringComparer.Ordinal)];
}
