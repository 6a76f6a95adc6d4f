using MailResponder.Logs;
using MailResponder.Settings;

namespace MailResponder.Doctor;

/// <summary>Checks how replies leave this host, and what waits in the queue.</summary>
internal static class SendingChecks
{
    private const int ManyMessages = 1000;
    private static readonly TimeSpan LongWait = TimeSpan.FromHours(4);

    /// <summary>Checks the way out as far as possible without sending a reply.</summary>
    public static Check Look(Host host, ResponderSettings settings, PostfixSettings? postfix)
    {
        var check = new Check("sending");
        if (settings.SendMethod == SendMethod.Outbox)
            return check.Warning($"send_method is outbox: replies are kept in {settings.Outbox}, and reach nobody",
                "set send_method to sendmail or ses");
        if (settings.SendMethod == SendMethod.Ses)
            return check.Ok("through Amazon SES");
        if (host.Refused('x', [settings.Sendmail]).Count > 0)
            return check.Fault($"{Host.ResponderUser} cannot run {settings.Sendmail}: every message is deferred",
                "run: apt-get install --reinstall postfix; or correct \"sendmail\" in the settings");
        // These checks do not know how another program sends mail.
        if (settings.Sendmail is not ("/usr/sbin/sendmail" or "/usr/lib/sendmail"))
            return check.Ok($"through {settings.Sendmail}, which is not checked further");
        return postfix is null ? check : Onwards(HandOver(check, host, postfix), postfix)
            .OrOk("through the host's Postfix, which accepts replies and sends them on");
    }

    /// <summary>Checks that the responder's user can put mail into the queue through postdrop(1).</summary>
    private static Check HandOver(Check check, Host host, PostfixSettings postfix)
    {
        const string reset = "run: postfix set-permissions";
        var (group, postdrop) = (postfix["setgid_group"], Path.Join(postfix["command_directory"], "postdrop"));
        if (!File.Exists(host.PathTo(postdrop)))
            check.Fault($"{postdrop} is missing: no reply can be handed to Postfix",
                "run: apt-get install --reinstall postfix");
        else if (!IsOfGroup(host, postdrop, group, UnixFileMode.SetGroup))
            check.Fault(
                $"{postdrop} is not setgid {group}: no reply can be handed to Postfix, every message is deferred",
                reset);
        else if (host.Refused('x', [postdrop]).Count > 0)
            check.Fault($"{Host.ResponderUser} may not run {postdrop}: every message is deferred", reset);
        var maildrop = Path.Join(postfix["queue_directory"], "maildrop");
        return check.FaultIf(host.IsRoot && !IsOfGroup(host, maildrop, group, UnixFileMode.GroupWrite),
                $"{maildrop} cannot be written by the group {group}: every message is deferred", reset)
            .FaultIf(!postfix.ListHas("authorized_submit_users", Host.ResponderUser),
                $"authorized_submit_users = {postfix["authorized_submit_users"]}: Postfix accepts no mail from "
                + Host.ResponderUser, "run: postconf -X authorized_submit_users" + PostfixSettings.Reload);
    }

    private static Check Onwards(Check check, PostfixSettings postfix)
    {
        const string flush = PostfixSettings.Reload + " && postqueue -f";
        var (way, transport) = (postfix["default_transport"].Split(':')[0], postfix["default_transport"]);
        // These settings hold replies back until they are changed.
        if (way is "error" or "retry" or "discard" or "hold" || postfix.List("defer_transports").Contains(way))
            return check.Fault($"Postfix sends nothing on (default_transport = {transport}, defer_transports = "
                + $"{postfix["defer_transports"]}): replies stay on this host, or are dropped",
                "run: postconf -X default_transport defer_transports" + flush);
        return check.FaultIf(postfix.Service(way) is null, $"default_transport = {transport}, but master.cf has no "
            + $"service {way} unix: replies stay in the queue", $"put the line of {way} back into master.cf" + flush);
    }

    private static bool IsOfGroup(Host host, string path, string group, UnixFileMode right) =>
        Path.Exists(host.PathTo(path)) && host.Stat("%G", host.PathTo(path)) == group
            && Host.IsOpen(host.PathTo(path), right);

    /// <summary>
    /// Checks how much mail waits, and for how long. Counts the files but opens none, because they name requesters.
    /// </summary>
    public static Check Queue(Host host, ResponderSettings settings, PostfixSettings postfix)
    {
        var (check, queue) = (new Check("queue"), host.PathTo(postfix["queue_directory"]));
        if (!host.IsRoot)
            return check.OnlyRoot("only root can count it");
        var age = TimeSpan.Zero;
        var waiting = PostfixQueue.Delivered.Sum(folder => PostfixQueue.Visit(queue, folder, path =>
        {
            var file = new FileInfo(path);
            // Postfix may have delivered it meanwhile.
            if (!file.Exists)
                return;
            // Postfix sets the modification time of a deferred file to its next delivery attempt. The creation time is
            // the time of arrival.
            var arrival = file.CreationTimeUtc < file.LastWriteTimeUtc ? file.CreationTimeUtc : file.LastWriteTimeUtc;
            age = host.Now - arrival > age ? host.Now - arrival : age;
        }));
        if (waiting > ManyMessages || age > LongWait)
            check.Warning($"{waiting.Count("message")} waiting, the oldest for {age.InWords()}",
                "see why in /var/log/mail.log and /var/log/mail_responder.log; once it is fixed: postqueue -f");
        if (age > TimeSpan.FromDays(settings.LedgerDays))
            check.Fault("a message is older than the ledger remembers: it may be answered again",
                "look at it with postcat -hq, and delete it with postsuper -d");
        (string, string)[] stuck =
            [(PostfixQueue.Held, "release with: postsuper -H ALL"), ("corrupt", "check the disk, and delete them")];
        foreach (var (folder, remedy) in stuck)
        {
            if (PostfixQueue.Visit(queue, folder, static _ => { }) is > 0 and var count)
                check.Warning($"{count.Count("message")} in {Path.Join(queue, folder)}, which Postfix does not deliver",
                    remedy);
        }

        return check.OrOk(waiting.Count("message") + " waiting");
    }
}
