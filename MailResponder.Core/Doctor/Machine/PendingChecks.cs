namespace MailResponder.Doctor;

/// <summary>What install.sh left to the operator: new versions beside files that were edited, and a run that was cut
/// off.</summary>
internal static class PendingChecks
{
    private const string Name = "install";

    /// <summary>Where install.sh records what it did.</summary>
    private const string State = "/var/backups/mail_responder";

    public static IEnumerable<Finding> Look(Host host)
    {
        var state = host.PathTo(State);
        if (!Directory.Exists(state))
            return [Finding.Warning(Name, $"was not looked at: there is no {State}, which install.sh makes",
                "run install.sh, as root")];
        try
        {
            return Problems(host, state).OrOk(Name, "complete; no new version of an edited file waits");
        }
        catch (UnauthorizedAccessException)
        {
            return [Finding.Warning(Name, "was not looked at: only root can", "run: sudo responder doctor")];
        }
    }

    private static List<Finding> Problems(Host host, string state)
    {
        List<Finding> findings = [];
        foreach (var file in In(Path.Join(state, "put")))
        {
            string[] newer = [file + ".new", file + ".dpkg-dist"];
            foreach (var waiting in newer.Where(path => File.Exists(host.PathTo(path))))
            {
                findings.Add(Finding.Warning(Name,
                    $"{waiting} waits: {file} was edited, and a newer version came with the last install.sh",
                    $"look at: diff -u {file} {waiting}; take over what you want, and delete {waiting}"));
            }
        }

        var pending = In(Path.Join(state, "pending")).Select(path => path[1..]).ToList();
        if (pending.Count > 0)
            findings.Add(Finding.Warning(Name,
                $"the last install.sh was cut off before {pending.Some()} saw what it changed",
                "run install.sh again"));
        return findings;
    }

    /// <summary>The files below a folder, by their paths from there, with a slash before them.</summary>
    private static List<string> In(string folder) =>
        !Directory.Exists(folder) ? []
        : [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(path => path[folder.Length..])
            .Order(StringComparer.Ordinal)];
}
