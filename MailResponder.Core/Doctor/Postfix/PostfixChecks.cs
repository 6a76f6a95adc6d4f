namespace MailResponder.Doctor;

/// <summary>
/// Postfix as such: installed, running, listening, closed to strangers, and set up without contradictions.
/// </summary>
internal static class PostfixChecks
{
    private const string Reload = "; then: postfix reload";

    public static IEnumerable<Finding> Look(Host host, PostfixSettings? postfix)
    {
        if (postfix is null)
        {
            var asked = ((string[])["-x", "-M"]).Select(option => host.Run("postconf", option)).ToList();
            var complaint = (asked.Find(answer => !answer.Succeeded) ?? asked[0]).Complaint;
            return [Finding.Fault("postfix",
                $"its configuration cannot be read, and what rests on it was not looked at: postconf {complaint}",
                "run install.sh, or correct what it names; then: postfix check")];
        }

        return
        [
            .. Check(host, postfix).OrOk("postfix", "Postfix " + postfix["mail_version"]),
            Running(host),
            PortChecks.Look(host),
            .. Network(postfix).OrOk("postfix-network", "takes mail from everywhere, relays for nobody"),
            .. Rewriting(postfix).OrOk("postfix-rewriting", "an address means what stands behind its last @"),
            .. TlsChecks.Look(host, postfix),
            .. Compatibility(postfix),
        ];
    }

    private static IEnumerable<Finding> Check(Host host, PostfixSettings postfix)
    {
        foreach (var warning in postfix.Warnings)
            yield return Finding.Warning("postfix", warning.OneLine(), "correct main.cf or master.cf" + Reload);
        if (!host.IsRoot)
        {
            yield return Finding.Warning("postfix", "only root can run: postfix check", "run: sudo responder doctor");
            yield break;
        }

        var check = host.Run("postfix", "check");
        if (check.Code is null)
            yield return Finding.Warning("postfix", "postfix check " + check.Complaint, "run: postfix check");
        if (check.Failed)
            yield return Finding.Fault("postfix", "postfix check: " + check.Complaint,
                "correct what it names; then: postfix check");
        foreach (var line in (check.Output + check.Errors).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => check.Succeeded && line.Contains("warning", StringComparison.Ordinal)
                && !postfix.Warnings.Any(known =>
                line.EndsWith(known[(known.IndexOf(':') + 1)..], StringComparison.Ordinal))))
            yield return Finding.Warning("postfix", line.OneLine(), "correct what it names; then: postfix check");
    }

    private static Finding Running(Host host)
    {
        const string name = "postfix-running";
        if (!host.IsRoot)
            return Finding.Warning(name, "only root can ask whether Postfix runs", "run: sudo responder doctor");
        var status = host.Run("postfix", "status");
        return status.Succeeded ? Finding.Ok(name, "yes")
            : !status.Failed ? Finding.Warning(name, "postfix status " + status.Complaint, "run: postfix status")
            : Finding.Fault(name, "Postfix does not run: no request comes in",
            "run: systemctl start postfix (or: postfix start), and look at /var/log/mail.log");
    }

    private static IEnumerable<Finding> Network(PostfixSettings postfix)
    {
        const string name = "postfix-network";
        if (postfix["inet_interfaces"] is "loopback-only" or "localhost" or "127.0.0.1")
            yield return Finding.Fault(name,
                $"inet_interfaces = {postfix["inet_interfaces"]}: no request comes in from outside",
                "run: postconf -e inet_interfaces=all && systemctl restart postfix");
        var wide = postfix.List("mynetworks").Where(IsWide).ToList();
        if (wide.Count > 0)
            yield return Finding.Fault(name,
                $"mynetworks holds {wide.Some()}: strangers may send mail to everywhere through this host",
                "run: postconf -e 'mynetworks=127.0.0.0/8 [::ffff:127.0.0.0]/104 [::1]/128'" + Reload);
        List<string> restrictions = [.. postfix.List("smtpd_relay_restrictions"),
            .. postfix.List("smtpd_recipient_restrictions")];
        if (!restrictions.Any(word => word is "reject_unauth_destination" or "defer_unauth_destination" or "reject"
            or "defer"))
            yield return Finding.Fault(name,
            "neither smtpd_relay_restrictions nor smtpd_recipient_restrictions has reject_unauth_destination: an "
            + "open relay", "run: postconf -X smtpd_relay_restrictions" + Reload);
        if (postfix["smtpd_relay_restrictions"].Length > 0 && restrictions.FirstOrDefault() == "permit")
            yield return Finding.Fault(name, "smtpd_relay_restrictions begins with permit: an open relay",
                "run: postconf -X smtpd_relay_restrictions" + Reload);
    }

    /// <summary>A public network of more than 65,536 addresses is no network of ours.</summary>
    private static bool IsWide(string network)
    {
        var slash = network.LastIndexOf('/');
        if (slash < 0 || !int.TryParse(network[(slash + 1)..], out var bits))
            return false;
        var address = network[..slash].Trim('[', ']');
        var isPrivate = address.StartsWith("10.", StringComparison.Ordinal)
            || address.StartsWith("127.", StringComparison.Ordinal)
            || address.StartsWith("172.16.", StringComparison.Ordinal)
            || address.StartsWith("fd", StringComparison.OrdinalIgnoreCase)
            || address.StartsWith("fc", StringComparison.OrdinalIgnoreCase)
            || address.StartsWith("fe80:", StringComparison.OrdinalIgnoreCase);
        return !isPrivate && bits < (address.Contains(':') ? 32 : 16);
    }

    /// <summary>What makes a local part of ours lead to another host, and a reply to it with it.</summary>
    private static IEnumerable<Finding> Rewriting(PostfixSettings postfix)
    {
        foreach (var parameter in (string[])["allow_percent_hack", "swap_bangpath", "resolve_dequoted_address"])
        {
            if (postfix[parameter] != "no")
            {
                yield return Finding.Fault("postfix-rewriting",
                    $"{parameter} is not no: mail to an odd name of ours goes to another host",
                    $"run: postconf -e {parameter}=no" + Reload);
            }
        }
    }

    private static IEnumerable<Finding> Compatibility(PostfixSettings postfix)
    {
        const string name = "postfix-compatibility";
        var level = postfix["compatibility_level"];
        if (!Version.TryParse(level.Contains('.') ? level : level + ".0", out var version)
            || version < new Version(2, 0))
            yield return Finding.Warning(name,
            $"compatibility_level = {level}: Postfix behaves as before 2015, in places less safely",
            "run: postconf -e compatibility_level=2" + Reload);
    }
}
