namespace MailResponder.Doctor;

/// <summary>
/// Checks Postfix itself: installed, running, listening, not an open relay, and configured without contradictions.
/// </summary>
internal static class PostfixChecks
{
    private const string Reload = PostfixSettings.Reload;

    public static IEnumerable<Finding> Look(Host host, PostfixSettings? postfix)
    {
        var check = new Check("postfix");
        if (postfix is null)
        {
            var asked = ((string[])["-x", "-M"]).Select(option => host.Run("postconf", option)).ToList();
            var complaint = (asked.Find(answer => !answer.Succeeded) ?? asked[0]).Complaint;
            return check.Fault(
                $"its configuration cannot be read, and what depends on it was not checked: postconf {complaint}",
                "correct what it names; then: postfix check");
        }

        return
        [
            .. Consistent(check, host, postfix), .. Running(host), .. Port(host),
            .. Network(postfix), .. Rewriting(postfix), .. Privacy(postfix), .. TlsChecks.Incoming(host, postfix),
            .. TlsChecks.Outgoing(host, postfix), .. Compatibility(postfix),
        ];
    }

    private static Check Consistent(Check check, Host host, PostfixSettings postfix)
    {
        const string remedy = "correct what it names; then: postfix check";
        foreach (var warning in postfix.Warnings)
            check.Warning(warning.OneLine(), "correct main.cf or master.cf" + Reload);
        if (!host.IsRoot)
            return check.OnlyRoot("only root can run: postfix check");
        // Before 3.8, Postfix writes the warnings only to a terminal, which script(1) provides. stty(1) keeps that
        // terminal from adding a CR to each line; with it, a warning that postconf gave too would be told twice.
        var run = host.Run("script", "-qec", "stty -onlcr; postfix check", "/dev/null");
        if (!run.Succeeded)
            return run.Failed ? check.Fault("postfix check: " + run.Complaint, remedy)
                : check.Warning("postfix check " + run.Complaint, "run: postfix check");
        // Do not repeat what postconf has already reported.
        foreach (var line in run.Lines.Concat(run.ErrorLines).Where(line =>
            line.Contains("warning", StringComparison.Ordinal) && !postfix.Warnings.Any(known =>
                line.EndsWith(known[(known.IndexOf(':') + 1)..], StringComparison.Ordinal))))
            check.Warning(line.OneLine(), remedy);
        return check.OrOk("Postfix " + postfix["mail_version"]);
    }

    private static Check Running(Host host)
    {
        var check = new Check("postfix-running");
        if (!host.IsRoot)
            return check.OnlyRoot("only root can ask whether Postfix runs");
        var status = host.Run("postfix", "status");
        return status.Succeeded ? check.Ok("yes")
            : !status.Failed ? check.Warning("postfix status " + status.Complaint, "run: postfix status")
            : check.Fault("Postfix is not running: no request comes in",
                "run: systemctl start postfix (or: postfix start), and look at /var/log/mail.log");
    }

    /// <summary>
    /// Checks port 25 as strangers see it: a program listens, and no packet filter drops their packets.
    /// </summary>
    private static Check Port(Host host)
    {
        var (check, sockets) = (new Check("smtp-port"), host.Listening(25));
        if (sockets.Count == 0)
            return check.Fault("nothing listens on port 25: no request comes in",
                "make sure that master.cf has its smtp inet line" + Reload);
        if (sockets.TrueForAll(address => address is "0100007F" or "00000000000000000000000001000000"))
            return check.Fault("port 25 is open only to this host",
                "run: postconf -e inet_interfaces=all && systemctl restart postfix");
        if (!host.IsRoot)
            return check.OnlyRoot(
                "a program listens on port 25; only root can see whether a packet filter blocks it");
        var (verdict, filter) = PacketFilter.OfPort(host, 25);
        return verdict switch
        {
            PacketVerdict.Dropped => check.Fault($"{filter} keeps port 25 closed: no request comes in",
                "accept TCP port 25 before the rule that drops it: nft list ruleset (or: iptables -S INPUT)"),
            PacketVerdict.Unknown => check.Warning(
                $"a program listens on port 25; cannot tell whether {filter} lets strangers in",
                "check it: nft list ruleset (or: iptables -S INPUT); then mail a request from outside"),
            _ => check.Ok("port 25 is open, and "
                + (filter.Length > 0 ? filter + " lets it in" : "this host has no packet filter")),
        };
    }

    private static Check Network(PostfixSettings postfix)
    {
        const string remedy = "run: postconf -X smtpd_relay_restrictions" + Reload;
        var (interfaces, relay) = (postfix["inet_interfaces"], postfix.List("smtpd_relay_restrictions"));
        var wide = postfix.List("mynetworks").Where(IsWide).Some();
        return new Check("postfix-network")
            .FaultIf(interfaces is "loopback-only" or "localhost" or "127.0.0.1",
                $"inet_interfaces = {interfaces}: no request comes in from outside",
                "run: postconf -e inet_interfaces=all && systemctl restart postfix")
            .FaultIf(wide is not null, $"mynetworks contains {wide}: strangers may send mail to anywhere through "
                + "this host", "run: postconf -e 'mynetworks=127.0.0.0/8 [::ffff:127.0.0.0]/104 [::1]/128'" + Reload)
            .FaultIf(!relay.Concat(postfix.List("smtpd_recipient_restrictions")).Any(word =>
                word is "reject_unauth_destination" or "defer_unauth_destination" or "reject" or "defer"),
                "neither smtpd_relay_restrictions nor smtpd_recipient_restrictions has reject_unauth_destination: an "
                + "open relay", remedy)
            .FaultIf(relay is ["permit", ..], "smtpd_relay_restrictions begins with permit: an open relay", remedy)
            .OrOk("accepts mail from everywhere, relays for nobody");
    }

    /// <summary>
    /// Whether a network is public and too large to be ours: more than 65,536 addresses (/16) in IPv4, or wider than
    /// /32 in IPv6.
    /// </summary>
    private static bool IsWide(string network)
    {
        var slash = network.LastIndexOf('/');
        if (slash < 0 || network[(slash + 1)..].AsNumber() is not { } bits)
            return false;
        var address = network[..slash].Trim('[', ']');
        string[] ours = ["10.", "127.", "172.16.", "fd", "fc", "fe80:"];
        return !ours.Any(start => address.StartsWith(start, StringComparison.OrdinalIgnoreCase))
            && bits < (address.Contains(':') ? 32 : 16);
    }

    /// <summary>
    /// Checks the parameters that could lead a local part of ours to another host, and a reply to it as well.
    /// </summary>
    private static Check Rewriting(PostfixSettings postfix)
    {
        var check = new Check("postfix-rewriting");
        foreach (var parameter in (string[])["allow_percent_hack", "swap_bangpath", "resolve_dequoted_address"])
            check.FaultIf(postfix[parameter] != "no",
                $"{parameter} is not set to no: mail to an odd local part of ours goes to another host",
                $"run: postconf -e {parameter}=no" + Reload);
        return check.OrOk("only what follows its last @ decides where an address leads");
    }

    /// <summary>Checks that Postfix shows or copies the addresses of requesters to nobody else.</summary>
    private static Check Privacy(PostfixSettings postfix)
    {
        var check = new Check("postfix-privacy");
        foreach (var parameter in (string[])["always_bcc", "recipient_bcc_maps", "sender_bcc_maps"])
            check.FaultIf(postfix[parameter].Length > 0,
                $"{parameter} = {postfix[parameter]}: requests and replies are copied to another mailbox",
                $"run: postconf -e {parameter}=" + Reload);
        var notices = postfix.List("notify_classes").Except(["resource", "software", "data"]).Some();
        return check
            .FaultIf(notices is not null,
                $"notify_classes has {notices}: notices that name requesters go to postmaster",
                "run: postconf -e notify_classes=" + Reload)
            .FaultIf(postfix.List("authorized_mailq_users").Contains("static:anyone"),
                "authorized_mailq_users lets every user of this host list requesters with mailq",
                $"run: postconf -e 'authorized_mailq_users=root, {Host.ResponderUser}'" + Reload)
            .FaultIf(postfix["maillog_file"] is { Length: > 0 } and not LogChecks.MailLogFile,
                $"maillog_file = {postfix["maillog_file"]}: nothing rotates this log, which names requesters, or "
                + "protects it", "run: postconf -X maillog_file && systemctl restart postfix")
            .OrOk("addresses of requesters are only in the queue and in " + LogChecks.MailLogFile);
    }

    private static Check Compatibility(PostfixSettings postfix)
    {
        var level = postfix["compatibility_level"];
        var isKnown = Version.TryParse(level.Contains('.') ? level : level + ".0", out var version);
        return new Check("postfix-compatibility").WarningIf(!isKnown || version < new Version(2, 0),
            $"compatibility_level = {level}: Postfix behaves as it did before 2015, in places less safely",
            "run: postconf -e compatibility_level=2" + Reload);
    }
}
