using System.Globalization;
using MailResponder.Settings;

namespace MailResponder.Doctor;

/// <summary>
/// That the Authentication-Results which the responder believes are those of the host's own mail filters, and that
/// nobody else's get in.
/// </summary>
internal static class AuthenticationChecks
{
    private const string Name = "authentication";

    /// <summary>Each says in the same words under which name it writes (opendkim.conf(5), opendmarc.conf(5)).</summary>
    private static readonly string[] Filters = ["/etc/opendkim.conf", "/etc/opendmarc.conf"];

    public static IEnumerable<Finding> Look(Host host, ResponderSettings settings, PostfixSettings? postfix)
    {
        if (postfix is null)
            return [];
        if (settings.AuthservId is not { } id)
        {
            return postfix.List("smtpd_milters").Count == 0
                || NamesOfFilters(host, postfix).FirstOrDefault() is not { Name: { } name }
                ? [Finding.Warning(Name,
                    "nothing is proven about senders: authserv_id is not set, and attachments go to whoever stands "
                    + "in From",
                    "run install.sh --authentication, which installs opendkim and opendmarc and sets authserv_id")]
                : [Finding.Warning(
                    Name, "mail filters say who a message is from, and nobody reads it: authserv_id is not set",
                    $"add \"authserv_id\": \"{name}\" to {settings.File}")];
        }

        var unseen = postfix.List("smtpd_milters").FindAll(milter => ListensAt(host, postfix, milter) is null);
        return Problems(host, settings, postfix, id).OrOk(Name,
            $"what {id} says of a message is believed, and nobody else can say it"
            + (unseen.Count > 0 ? $"; whether {unseen.Some()} answers was not looked at" : ""));
    }

    private static IEnumerable<Finding> Problems(
        Host host, ResponderSettings settings, PostfixSettings postfix, string id)
    {
        var forged = $"Authentication-Results: {id}; dmarc=pass";
        if (!postfix.List("header_checks").Exists(table => IsTakenOff(postfix.LookUp(table, forged))))
        {
            yield return Finding.Fault(Name,
                "header_checks lets Authentication-Results of strangers in: anybody can vouch for themselves",
                "run install.sh, or: postconf -e header_checks=regexp:/etc/postfix/header_checks, with the line of "
                + "postfix/header_checks; then: postfix reload");
        }

        if (postfix.List("smtpd_milters").Count == 0)
        {
            yield return Finding.Warning(Name,
                "smtpd_milters is empty: no message is found to be from anybody, and what requires it reaches nobody",
                "run install.sh --authentication, or take authserv_id out of the settings");
        }

        foreach (var milter in postfix.List("smtpd_milters").Where(milter => ListensAt(host, postfix, milter) == false))
        {
            yield return Finding.Fault(Name,
                $"nothing listens at {milter} (smtpd_milters): nothing is proven about senders, and what requires it "
                + $"reaches nobody",
                "run: systemctl restart opendkim opendmarc, and look why it ended: "
                + "journalctl -u opendkim -u opendmarc");
        }

        foreach (var (file, name) in NamesOfFilters(host, postfix))
        {
            if (!name.Equals(id, StringComparison.OrdinalIgnoreCase))
            {
                yield return Finding.Warning(Name,
                    $"{file}: it writes as {name}, and authserv_id is {id}: what it finds is not believed",
                    $"set authserv_id in {settings.File} to the name that both filters write");
            }
        }
    }

    /// <summary>Postfix says so only when a message comes. Null for a milter of another host.</summary>
    private static bool? ListensAt(Host host, PostfixSettings postfix, string milter)
    {
        // A milter with parameters of its own: { inet:127.0.0.1:8891, default_action=accept }.
        var place = milter.Trim('{', '}', ' ').Split(',')[0].Trim();
        if (place.Split(':') is ["inet", "127.0.0.1" or "localhost", var text]
            && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            return host.Listening(port).Count > 0;
        }

        if (place.Split(':') is not ["unix" or "local", var path])
            return null;
        // The path counts from smtpd's root, which in a chroot is the queue's folder.
        string[] places = [Path.Join("/", path), Path.Join(postfix["queue_directory"], path)];
        return host.Lines("/proc/net/unix")?.Any(line =>
            places.Any(socket => line.EndsWith(" " + socket, StringComparison.Ordinal)));
    }

    /// <summary>The name under which each filter that is installed writes.</summary>
    private static IEnumerable<(string File, string Name)> NamesOfFilters(Host host, PostfixSettings postfix)
    {
        foreach (var file in Filters)
        {
            if (host.Lines(file) is not { } lines)
                continue;
            var name = Value(lines, "AuthservID") ?? postfix["myhostname"];
            if (name.Equals("HOSTNAME", StringComparison.OrdinalIgnoreCase))
                name = host.Run("hostname").Output.Trim();
            yield return (file, Value(lines, "AuthservIDWithJobID") is ['T' or 't' or 'Y' or 'y' or '1', ..]
                ? name + "/JOB-ID" : name);
        }
    }

    private static string? Value(string[] lines, string parameter)
    {
        foreach (var line in lines)
        {
            var words = line.Split('#')[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words is [var name, var value, ..] && name.Equals(parameter, StringComparison.OrdinalIgnoreCase))
                return value;
        }

        return null;
    }

    private static bool IsTakenOff(string? action) =>
        action is not null && (action.StartsWith("IGNORE", StringComparison.OrdinalIgnoreCase)
            || action.StartsWith("STRIP", StringComparison.OrdinalIgnoreCase));
}
