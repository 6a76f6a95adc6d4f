using MailResponder.Settings;

namespace MailResponder.Doctor;

/// <summary>The way of a reply out of this host, as far as it can be seen without sending one.</summary>
internal static class SendingChecks
{
    public static IEnumerable<Finding> Look(Host host, ResponderSettings settings, PostfixSettings? postfix)
    {
        var check = new Check("sending");
        if (settings.SendMethod == SendMethod.Outbox)
            return check.Warning($"send_method is outbox: replies are kept in {settings.Outbox}, and reach nobody",
                "set send_method to sendmail or ses");
        if (settings.SendMethod == SendMethod.Ses)
            return check.Ok("through Amazon SES");
        if (host.Refused('x', [settings.Sendmail]).Count > 0)
            return check.Fault($"{Host.ResponderUser} cannot run {settings.Sendmail}: every message is deferred",
                "run: apt-get install --reinstall postfix; or correct \"sendmail\" of the settings");
        // How another program sends mail is not known here.
        if (settings.Sendmail is not ("/usr/sbin/sendmail" or "/usr/lib/sendmail"))
            return check.Ok($"through {settings.Sendmail}, which is not looked into");
        return postfix is null ? check : Onwards(HandOver(check, host, postfix), postfix)
            .OrOk("through the host's Postfix, which takes replies and sends them on");
    }

    /// <summary>From the responder's user into the queue, through postdrop(1).</summary>
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
                $"authorized_submit_users = {postfix["authorized_submit_users"]}: Postfix takes no mail from "
                + Host.ResponderUser, "run: postconf -X authorized_submit_users" + PostfixSettings.Reload);
    }

    private static Check Onwards(Check check, PostfixSettings postfix)
    {
        const string flush = PostfixSettings.Reload + " && postqueue -f";
        var (way, transport) = (postfix["default_transport"].Split(':')[0], postfix["default_transport"]);
        // Such a setting holds replies back until it is changed.
        if (way is "error" or "retry" or "discard" or "hold" || postfix.List("defer_transports").Contains(way))
            return check.Fault($"Postfix sends nothing on (default_transport = {transport}, defer_transports = "
                + $"{postfix["defer_transports"]}): replies stay on this host, or are dropped",
                "run: postconf -X default_transport defer_transports" + flush);
        return check.FaultIf(postfix.Service(way) is null, $"default_transport = {transport}, and master.cf has no "
            + $"service {way} unix: replies stay in the queue", $"put the line of {way} back into master.cf" + flush);
    }

    private static bool IsOfGroup(Host host, string path, string group, UnixFileMode right) =>
        Path.Exists(host.PathTo(path)) && host.Stat("%G", host.PathTo(path)) == group
            && Host.IsOpen(host.PathTo(path), right);
}
