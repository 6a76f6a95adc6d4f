using MailResponder.Settings;

namespace MailResponder.Doctor;

/// <summary>The way of a reply out of this host, as far as it can be seen without sending one.</summary>
internal static class SendingChecks
{
    public const string Name = "sending";

    public static IEnumerable<Finding> Look(Host host, ResponderSettings settings, PostfixSettings? postfix)
    {
        if (settings.SendMethod == SendMethod.Outbox)
            return [Finding.Warning(Name,
                $"send_method is outbox: replies are kept in {settings.Outbox}, and reach nobody",
                "set send_method to sendmail or ses")];
        if (settings.SendMethod == SendMethod.Ses)
            return [Finding.Ok(Name, "through Amazon SES")];
        if (host.Refused('x', [settings.Sendmail]).Count > 0)
            return [Finding.Fault(Name,
                $"{Host.ResponderUser} cannot run {settings.Sendmail}: every message is deferred",
                "run: apt-get install --reinstall postfix; or correct \"sendmail\" of the settings")];
        // Another program than Postfix's knows its own way.
        if (settings.Sendmail is not ("/usr/sbin/sendmail" or "/usr/lib/sendmail"))
            return [Finding.Ok(Name, $"through {settings.Sendmail}, which is not looked into")];
        return postfix is null ? []
            : Problems(host, postfix).OrOk(Name, "through the host's Postfix, which takes replies and sends them on");
    }

    private static IEnumerable<Finding> Problems(Host host, PostfixSettings postfix)
    {
        var (group, postdrop) = (postfix["setgid_group"], Path.Join(postfix["command_directory"], "postdrop"));
        const string reset = "run: postfix set-permissions";
        if (!File.Exists(host.PathTo(postdrop)))
        {
            yield return Finding.Fault(Name, $"{postdrop} is missing: no reply can be handed to Postfix",
                "run: apt-get install --reinstall postfix");
        }
        else if (!IsOfGroup(host, postdrop, group, mode => mode is ['2' or '3' or '6' or '7', _, _, _]))
        {
            yield return Finding.Fault(Name,
                $"{postdrop} is not setgid {group}: no reply can be handed to Postfix, every message is deferred",
                reset);
        }
        else if (host.Refused('x', [postdrop]).Count > 0)
        {
            yield return Finding.Fault(Name, $"{Host.ResponderUser} may not run {postdrop}: every message is deferred",
                reset);
        }

        var maildrop = Path.Join(postfix["queue_directory"], "maildrop");
        if (host.IsRoot && !IsOfGroup(host, maildrop, group, mode => mode is [.., '3' or '7', _]))
            yield return Finding.Fault(Name,
                $"{maildrop} cannot be written by the group {group}: every message is deferred",
                reset);
        if (!postfix.ListHas("authorized_submit_users", Host.ResponderUser))
        {
            yield return Finding.Fault(Name,
                $"authorized_submit_users = {postfix["authorized_submit_users"]}: Postfix takes no mail from "
                + Host.ResponderUser,
                "run: postconf -X authorized_submit_users; then: postfix reload");
        }

        // What is held back this way is deferred for as long as the setting stands.
        var way = postfix["default_transport"].Split(':')[0];
        if (way is "error" or "retry" or "discard" or "hold" || postfix.List("defer_transports").Contains(way))
        {
            yield return Finding.Fault(Name,
                $"Postfix sends nothing on (default_transport = {postfix["default_transport"]}, defer_transports = "
                + $"{postfix["defer_transports"]}): replies stay on this host, or are dropped",
                "run: postconf -X default_transport defer_transports; then: postfix reload && postqueue -f");
        }
        else if (postfix.Service(way) is null)
        {
            yield return Finding.Fault(Name,
                $"default_transport = {postfix["default_transport"]}, and master.cf has no service {way} unix: "
                + "replies stay in the queue",
                $"put the line of {way} back into master.cf; then: postfix reload && postqueue -f");
        }
    }

    private static bool IsOfGroup(Host host, string path, string group, Func<string, bool> isMode) =>
        host.Run("stat", "-L", "-c", "%a %G", host.PathTo(path)).Output.Trim().Split(' ') is [var mode, var owner]
        && owner == group && isMode(mode);
}
