using System.Globalization;
using MailResponder.Settings;

namespace MailResponder.Doctor;

/// <summary>
/// How much mail waits, and for how long. It counts files: the names in the queue are nobody's business here.
/// </summary>
internal static class QueueChecks
{
    private const string Name = "queue";
    private static readonly string[] Folders = ["maildrop", "incoming", "active", "deferred"];
    private const int Many = 1000;
    private static readonly TimeSpan Long = TimeSpan.FromHours(4);

    public static IEnumerable<Finding> Look(Host host, ResponderSettings settings, PostfixSettings? postfix)
    {
        if (postfix is null)
            return [];
        var root = host.PathTo(postfix["queue_directory"]);
        if (!host.IsRoot)
            return [Finding.Warning(Name, "only root can count it", "run: sudo responder doctor")];
        return Problems(host, root, settings, out var waiting).OrOk(Name, waiting.Count("message") + " waiting");
    }

    private static List<Finding> Problems(Host host, string root, ResponderSettings settings, out int waiting)
    {
        List<FileInfo> files = [.. Folders.SelectMany(name => In(Path.Join(root, name)))];
        waiting = files.Count;
        List<Finding> findings = [];
        // Postfix gives a deferred file the time of its next try; the time of birth is that of its arrival.
        var age = files.Count == 0 ? TimeSpan.Zero
            : host.Now - files.Min(file =>
            file.CreationTimeUtc < file.LastWriteTimeUtc ? file.CreationTimeUtc : file.LastWriteTimeUtc);
        if (files.Count > Many || age > Long)
        {
            findings.Add(Finding.Warning(Name,
                string.Create(CultureInfo.InvariantCulture,
                $"{files.Count.Count("message")} waiting, the oldest for {age.InWords()}"),
                "see why in /var/log/mail.log and /var/log/mail_responder.log; when it is mended: postqueue -f"));
        }

        if (age > TimeSpan.FromDays(settings.LedgerDays))
            findings.Add(Finding.Fault(Name, "a message is older than the ledger remembers: it may be answered again",
                "look at it with postcat -hq, and delete it with postsuper -d"));
        foreach (var folder in (string[])["hold", "corrupt"])
        {
            if (In(Path.Join(root, folder)).Count is > 0 and var count)
                findings.Add(Finding.Warning(Name,
                    $"{count.Count("message")} in {Path.Join(root, folder)}, which nobody delivers",
                    folder == "hold" ? "release with: postsuper -H ALL" : "look at the disk, and delete them"));
        }

        return findings;
    }

    private static List<FileInfo> In(string folder)
    {
        var found = new List<FileInfo>();
        try
        {
            // Deferred mail lies in folders by the first letter of its id.
            found.AddRange(new DirectoryInfo(folder)
                .EnumerateFiles("*", new EnumerationOptions
                {
                    RecurseSubdirectories = true,
                    MaxRecursionDepth = 3,
                    AttributesToSkip = FileAttributes.None
                }));
        }
        catch (IOException)
        {
            // Gone while it was counted: delivered.
        }

        return found;
    }
}
