namespace MailResponder.Doctor;

/// <summary>Postfix as such: installed, running, listening, closed to strangers, and set up without contradictions.</summary>
internal static class PostfixChecks
{
    private const string Reload = "; then: postfix reload";

    public static IEnumerable<Finding> Look(Host host, PostfixSettings? postfix)
    {
        if (postfix is null)
        {
            var complaint = host.Run("postconf", "-x").Complaint;
            return [Finding.Fault("postfix", "Postfix cannot be asked: postconf " + complaint, "run install.sh, or: postfix check")];
        }

        return
        [
            .. Check(host, postfix).OrOk("postfix", "Postfix " + postfix["mail_version"]),
            Running(host),
            Listening(host),
            .. Network(postfix).OrOk("postfix-network", "takes mail from everywhere, relays for nobody"),
            .. Rewriting(postfix).OrOk("postfix-rewriting", "an address means what stands behind its last @"),
            .. Tls(host, postfix),
            .. Compatibility(postfix),
        ];
    }

    private static IEnumerable<Finding> Check(Host host, PostfixSettings postfix)
    {
        foreach (var warning in postfix.Warnings)
            yield return Finding.Warning("postfix", warning.OneLine(), "correct main.cf or master.cf" + Reload);
        if (!host.IsRoot)
            yield break;
        var check = host.Run("postfix", "check");
        if (check.Code is null)
            yield return Finding.Warning("postfix", "postfix check " + check.Complaint, "run: postfix check");
        if (check.Failed)
            yield return Finding.Fault("postfix", "postfix check: " + check.Complaint, "correct what it names; then: postfix check");
        foreach (var line in (check.Output + check.Errors).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Where(line => check.Succeeded && line.Contains("warning", StringComparison.Ordinal) && !postfix.Warnings.Any(known => line.EndsWith(known[(known.IndexOf(':') + 1)..], StringComparison.Ordinal))))
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
            : Finding.Fault(name, "Postfix does not run: no request comes in", "run: systemctl start postfix (or: postfix start), and look at /var/log/mail.log");
    }

    private static Finding Listening(Host host)
    {
        const string name = "smtp-port";
        var sockets = host.Listening(25);
        if (sockets.Count == 0)
            return Finding.Fault(name, "nothing listens on port 25: no request comes in", "see that master.cf has its smtp inet line; then: postfix reload");
        return sockets.TrueForAll(address => address is "0100007F" or "00000000000000000000000001000000")
            ? Finding.Fault(name, "port 25 is open to this host alone", "run: postconf -e inet_interfaces=all && systemctl restart postfix")
            : Finding.Ok(name, "port 25 is open");
    }

    private static IEnumerable<Finding> Network(PostfixSettings postfix)
    {
        const string name = "postfix-network";
        if (postfix["inet_interfaces"] is "loopback-only" or "localhost" or "127.0.0.1")
            yield return Finding.Fault(name, $"inet_interfaces = {postfix["inet_interfaces"]}: no request comes in from outside", "run: postconf -e inet_interfaces=all && systemctl restart postfix");
        var wide = postfix.List("mynetworks").Where(IsWide).ToList();
        if (wide.Count > 0)
            yield return Finding.Fault(name, $"mynetworks holds {wide.Some()}: strangers may send mail to everywhere through this host", "run: postconf -e 'mynetworks=127.0.0.0/8 [::ffff:127.0.0.0]/104 [::1]/128'" + Reload);
        List<string> restrictions = [.. postfix.List("smtpd_relay_restrictions"), .. postfix.List("smtpd_recipient_restrictions")];
        if (!restrictions.Any(word => word is "reject_unauth_destination" or "defer_unauth_destination" or "reject" or "defer"))
            yield return Finding.Fault(name, "neither smtpd_relay_restrictions nor smtpd_recipient_restrictions has reject_unauth_destination: an open relay", "run: postconf -X smtpd_relay_restrictions" + Reload);
        if (postfix["smtpd_relay_restrictions"].Length > 0 && restrictions.FirstOrDefault() == "permit")
            yield return Finding.Fault(name, "smtpd_relay_restrictions begins with permit: an open relay", "run: postconf -X smtpd_relay_restrictions" + Reload);
    }

    /// <summary>A public network of more than 65,536 addresses is no network of ours.</summary>
    private static bool IsWide(string network)
    {
        var slash = network.LastIndexOf('/');
        if (slash < 0 || !int.TryParse(network[(slash + 1)..], out var bits))
            return false;
        var address = network[..slash].Trim('[', ']');
        var isPrivate = address.StartsWith("10.", StringComparison.Ordinal) || address.StartsWith("127.", StringComparison.Ordinal)
            || address.StartsWith("172.16.", StringComparison.Ordinal) || address.StartsWith("fd", StringComparison.OrdinalIgnoreCase)
            || address.StartsWith("fc", StringComparison.OrdinalIgnoreCase) || address.StartsWith("fe80:", StringComparison.OrdinalIgnoreCase);
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

    private static IEnumerable<Finding> Tls(Host host, PostfixSettings postfix)
    {
        const string name = "postfix-tls";
        var level = postfix["smtpd_tls_security_level"];
        var files = ((string[])["smtpd_tls_cert_file", "smtpd_tls_key_file"]).Select(parameter => postfix[parameter])
            .Concat(postfix.List("smtpd_tls_chain_files")).Where(path => path.StartsWith('/')).Distinct().ToList();
        var missing = files.Where(path => !File.Exists(host.PathTo(path))).ToList();
        if (level is "" or "none" && postfix["smtpd_use_tls"] != "yes")
            yield return Finding.Warning(name, "STARTTLS is not offered: requests cross the network in the clear", "run: postconf -e smtpd_tls_security_level=may, with a certificate");
        else if (files.Count == 0)
            yield return Finding.Warning(name, "STARTTLS is switched on, but there is no certificate", "run: apt-get install ssl-cert, and name its files in smtpd_tls_cert_file and smtpd_tls_key_file");
        else if (missing.Count > 0 && host.IsRoot)
            yield return Finding.Fault(name, $"{missing.Some()} does not exist: STARTTLS fails, and with it the mail of many", "name the right file, or: apt-get install ssl-cert");
        else
            yield return Finding.Ok(name, "STARTTLS is offered");
        if (postfix["smtp_tls_security_level"] is "" or "none")
            yield return Finding.Warning(name, "outgoing mail is never encrypted", "run: postconf -e smtp_tls_security_level=may" + Reload);
    }

    private static IEnumerable<Finding> Compatibility(PostfixSettings postfix)
    {
        const string name = "postfix-compatibility";
        var level = postfix["compatibility_level"];
        if (!Version.TryParse(level.Contains('.') ? level : level + ".0", out var version) || version < new Version(2, 0))
            yield return Finding.Warning(name, $"compatibility_level = {level}: Postfix behaves as before 2015, in places less safely", "run: postconf -e compatibility_level=2" + Reload);
    }
}
