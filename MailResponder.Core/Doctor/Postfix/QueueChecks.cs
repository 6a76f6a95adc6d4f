using MailResponder.Logs;
using MailResponder.Settings;

namespace MailResponder.Doctor;

/// <summary>
/// How much mail waits, and for how long. It counts files and opens none: they name who wrote.
/// </summary>
internal static class QueueChecks
{
    private const int Many = 1000;
    private static readonly TimeSpan Long = TimeSpan.FromHours(4);

    public static IEnumerable<Finding> Look(Host host, ResponderSettings settings, PostfixSettings postfix)
    {
        var (check, queue) = (new Check("queue"), host.PathTo(postfix["queue_directory"]));
        if (!host.IsRoot)
            return check.OnlyRoot("only root can count it");
        var files = PostfixQueue.Delivered.SelectMany(folder => PostfixQueue.MessagesIn(queue, folder)).ToList();
        // Postfix gives a deferred file the time of its next try; the time of birth is that of its arrival.
        var age = files.Count == 0 ? TimeSpan.Zero : host.Now - files.Min(file =>
            file.CreationTimeUtc < file.LastWriteTimeUtc ? file.CreationTimeUtc : file.LastWriteTimeUtc);
        if (files.Count > Many || age > Long)
            check.Warning($"{files.Count.Count("message")} waiting, the oldest for {age.InWords()}",
                "see why in /var/log/mail.log and /var/log/mail_responder.log; when it is mended: postqueue -f");
        if (age > TimeSpan.FromDays(settings.LedgerDays))
            check.Fault("a message is older than the ledger remembers: it may be answered again",
                "look at it with postcat -hq, and delete it with postsuper -d");
        (string, string)[] stuck =
            [(PostfixQueue.Held, "release with: postsuper -H ALL"), ("corrupt", "look at the disk, and delete them")];
        foreach (var (folder, remedy) in stuck)
        {
            if (PostfixQueue.MessagesIn(queue, folder).Count is > 0 and var count)
                check.Warning($"{count.Count("message")} in {Path.Join(queue, folder)}, which nobody delivers", remedy);
        }

        return check.OrOk(files.Count.Count("message") + " waiting");
    }
}
