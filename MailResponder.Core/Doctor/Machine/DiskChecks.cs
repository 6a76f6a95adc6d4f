using System.Globalization;

namespace MailResponder.Doctor;

/// <summary>Room for the queue, the database and the logs; space and inodes.</summary>
internal static class DiskChecks
{
    private const string Name = "disk";
    private const long Low = 1024 * 1024;
    private const long Full = 100 * 1024;
    private const long FewInodes = 10_000;

    public static IEnumerable<Finding> Look(Host host, PostfixSettings? postfix)
    {
        string[] folders = [.. new[] { postfix?["queue_directory"] ?? "/var/spool/postfix", "/var/lib/mail_responder",
            "/var/log" }.Select(host.PathTo).Where(Directory.Exists)];
        var df = host.Run("df", ["--output=target,avail,iavail,itotal", "-k", .. folders]);
        return Problems(df).OrOk(Name, "room enough");
    }

    private static IEnumerable<Finding> Problems(ProgramResult df)
    {
        if (!df.Succeeded)
            yield return Finding.Warning(Name, "df " + df.Complaint, "look at the file systems");
        foreach (var line in df.Lines.Skip(1).Distinct())
        {
            if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is not [var place, var space, var inodes,
                var all]
                || !long.TryParse(space, NumberStyles.None, CultureInfo.InvariantCulture, out var kibibytes))
            {
                continue;
            }

            const string remedy = "find what fills it with: du -xh / | sort -h | tail";
            if (kibibytes < Full)
                yield return Finding.Fault(Name, $"{place}: {kibibytes / 1024} MB left; mail is deferred or refused",
                    remedy);
            else if (kibibytes < Low)
                yield return Finding.Warning(Name, $"{place}: {kibibytes / 1024} MB left", remedy);
            // Some file systems have no fixed number of inodes, and say 0 or nothing.
            if (long.TryParse(inodes, out var free) && long.TryParse(all, out var total) && total > 0
                && free < FewInodes)
                yield return Finding.Fault(Name, $"{place}: {free} inodes left; no more files can be made",
                "find the folder with the many small files");
        }
    }
}
