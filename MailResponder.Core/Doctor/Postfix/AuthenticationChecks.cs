using MailResponder.Settings;

namespace MailResponder.Doctor;

/// <summary>
/// Verifies that the Authentication-Results that the responder trusts come only from the host's own mail filters.
/// </summary>
internal static class AuthenticationChecks
{
    /// <summary>
    /// The configuration files of the mail filters. Both set their own name by the same parameters (opendkim.conf(5),
    /// opendmarc.conf(5)).
    /// </summary>
    private static string[] Filters => ["/etc/opendkim.conf", "/etc/opendmarc.conf"];

    public static IEnumerable<Finding> Look(Host host, ResponderSettings settings, PostfixSettings postfix)
    {
        var check = new Check("authentication");
        var (milters, names) = (postfix.List("smtpd_milters"), NamesOfFilters(host, postfix));
        if (settings.AuthservId is not { } id)
            return milters.Count == 0 || names.Count == 0
                ? check.Warning("no sender is verified: authserv_id is not set, and attachments go to whoever is "
                    + "named in From",
                    "run install.sh --authentication, which installs opendkim and opendmarc and sets authserv_id")
                : check.Warning("mail filters verify senders, but their results are not used: authserv_id is not set",
                    $"add \"authserv_id\": \"{names[0].Name}\" to {settings.File}");
        var action = postfix.LookUpIn("header_checks", $"Authentication-Results: {id}; dmarc=pass") ?? "";
        check.FaultIf(action.Split(' ', '\t')[0].ToUpperInvariant() is not ("IGNORE" or "STRIP"),
                "header_checks lets strangers' Authentication-Results in: anybody can vouch for themselves",
                "run install.sh, or: postconf -e header_checks=regexp:/etc/postfix/header_checks, with the line from "
                + "postfix/header_checks" + PostfixSettings.Reload)
            .WarningIf(milters.Count == 0,
                "smtpd_milters is empty: no sender is verified, and what requires that reaches nobody",
                "run install.sh --authentication");
        foreach (var milter in milters.Where(milter => IsServed(host, postfix, milter) == false))
            check.Fault($"nothing listens at {milter} (smtpd_milters): no sender is verified, and what requires "
                + "that reaches nobody",
                "run: systemctl restart opendkim opendmarc, and find out why it ended: "
                + "journalctl -u opendkim -u opendmarc");
        foreach (var (file, name) in names.Where(of => !of.Name.Equals(id, StringComparison.OrdinalIgnoreCase)))
            check.Warning($"{file}: this filter writes as {name}, but authserv_id is {id}: its results are ignored",
                $"set authserv_id in {settings.File} to the name that both filters write");
        var unseen = milters.FindAll(milter => IsServed(host, postfix, milter) is null);
        return check.OrOk($"the results of {id} are trusted, and nobody else can write them"
            + (unseen.Count > 0 ? $"; not checked: whether {unseen.Some()} answers" : ""));
    }

    /// <summary>
    /// Whether a process listens at the milter's address. Postfix itself notices only when a message arrives. Null if
    /// this cannot be seen, as for a milter of another host.
    /// </summary>
    private static bool? IsServed(Host host, PostfixSettings postfix, string milter)
    {
        // A milter may have parameters of its own: { inet:127.0.0.1:8891, default_action=accept }.
        var place = milter.Trim('{', '}', ' ').Split(',')[0].Trim();
        if (place.Split(':') is ["inet", "127.0.0.1" or "localhost", var port] && port.AsNumber() is { } number)
            return host.Listening(number).Count > 0;
        if (place.Split(':') is not ["unix" or "local", var path])
            return null;
        // The path is relative to smtpd's root, which in a chroot is the queue directory.
        string[] places = [Path.Join("/", path), Path.Join(postfix["queue_directory"], path)];
        return host.Lines("/proc/net/unix")?.Any(line =>
            places.Any(socket => line.EndsWith(" " + socket, StringComparison.Ordinal)));
    }

    /// <summary>Returns the name that each installed filter writes into its results.</summary>
    private static List<(string File, string Name)> NamesOfFilters(Host host, PostfixSettings postfix)
    {
        var names = new List<(string, string)>();
        foreach (var file in Filters)
        {
            if (host.Lines(file) is not { } lines)
                continue;
            var name = Value(lines, "AuthservID") ?? postfix["myhostname"];
            if (name.Equals("HOSTNAME", StringComparison.OrdinalIgnoreCase))
                name = host.Run("hostname").Output.Trim();
            names.Add((file, Value(lines, "AuthservIDWithJobID") is ['T' or 't' or 'Y' or 'y' or '1', ..]
                ? name + "/JOB-ID" : name));
        }

        return names;
    }

    private static string? Value(string[] lines, string parameter) =>
        lines.Select(line => line.Split('#')[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            .FirstOrDefault(words => words.Length > 1
                && words[0].Equals(parameter, StringComparison.OrdinalIgnoreCase))?[1];
}
