namespace MailResponder.Doctor;

/// <summary>Room for the queue, the database and the logs; space and inodes.</summary>
internal static class DiskChecks
{
    private const long LowKibibytes = 1024 * 1024, FullKibibytes = 100 * 1024, FewInodes = 10_000;

    public static IEnumerable<Finding> Look(Host host, PostfixSettings? postfix)
    {
        var check = new Check("disk");
        string[] folders = [postfix?["queue_directory"] ?? "/var/spool/postfix", "/var/lib/mail_responder", "/var/log"];
        var df = host.Run("df", ["--output=target,avail,iavail,itotal", "-k",
            .. folders.Select(host.PathTo).Where(Directory.Exists)]);
        if (!df.Succeeded)
            check.Warning("df " + df.Complaint, "look at the file systems");
        foreach (var line in df.Lines.Skip(1).Distinct())
        {
            if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var place, var space, var inodes, var all]
                && space.AsNumber() is { } kibibytes)
            {
                var isFull = kibibytes < FullKibibytes;
                if (kibibytes < LowKibibytes)
                    check.Bad(isFull,
                        $"{place}: {kibibytes / 1024} MB left{(isFull ? "; mail is deferred or refused" : "")}",
                        "find what fills it with: du -xh / | sort -h | tail");
                // A file system without a fixed number of inodes says 0 or nothing.
                if (inodes.AsNumber() is < FewInodes and var free && all.AsNumber() > 0)
                    check.Fault($"{place}: {free} inodes left; no more files can be made",
                        "find the folder with the many small files");
            }
        }

        return check.OrOk("room enough");
    }
}
