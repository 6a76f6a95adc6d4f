using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MailResponder.Settings;

namespace MailResponder.Doctor;

/// <summary>Checks the TLS settings of Postfix for incoming and outgoing mail.</summary>
internal static class TlsChecks
{
    private const string Reload = PostfixSettings.Reload;
    private const string Name = "outgoing-tls";
    private const string Policies = "smtp_tls_policy_maps";
    private const string Encrypt = "run: install.sh --outgoing-tls encrypt";
    private static readonly TimeSpan Soon = TimeSpan.FromDays(14);

    /// <summary>The parameters that name certificate and key, one pair for each kind of key.</summary>
    private static (string Certificate, string Key)[] Pairs =>
    [
        ("smtpd_tls_cert_file", "smtpd_tls_key_file"), ("smtpd_tls_eccert_file", "smtpd_tls_eckey_file"),
        ("smtpd_tls_dcert_file", "smtpd_tls_dkey_file"),
    ];

    /// <summary>
    /// Checks STARTTLS for incoming mail, and the certificates that smtpd(8) presents: their dates, and whether each
    /// key belongs to its certificate.
    /// </summary>
    public static Check Incoming(Host host, PostfixSettings postfix)
    {
        var check = new Check("postfix-tls");
        var pairs = Certificates(host, postfix);
        if (postfix["smtpd_tls_security_level"] is "" or "none" && postfix["smtpd_use_tls"] != "yes")
            return check.Warning("STARTTLS is not offered: requests cross the network in the clear",
                "run: postconf -e smtpd_tls_security_level=may" + Reload);
        if (pairs.Count == 0)
            return check.Warning("STARTTLS is switched on, but there is no certificate",
                "run: apt-get install ssl-cert, and name its files in smtpd_tls_cert_file and smtpd_tls_key_file");
        var first = pairs.Min(pair => LookAt(check, host, pair.File, pair.Certificate, pair.Key));
        return check.OrOk($"STARTTLS is offered, with a certificate valid until {first:yyyy-MM-dd}"
            + (host.IsRoot ? "" : "; only root can see whether its key exists"));
    }

    /// <summary>
    /// Returns the file of each certificate, and the texts of the certificate and its key. A text is null if it cannot
    /// be read.
    /// </summary>
    private static List<(string File, string? Certificate, string? Key)> Certificates(
        Host host, PostfixSettings postfix)
    {
        var chain = postfix.List("smtpd_tls_chain_files");
        if (chain.Count == 0)
        {
            return [.. Pairs.Select(pair => (Certificate: postfix[pair.Certificate], Key: postfix[pair.Key]))
                .Where(pair => pair.Certificate is not ("" or "none"))
                .Select(pair => (pair.Certificate, Text(host, pair.Certificate),
                    Text(host, pair.Key.Length > 0 ? pair.Key : pair.Certificate)))];
        }

        // The chain files hold a key, its certificate and the issuers' certificates, then the next key. Postfix ignores
        // the other parameters then.
        if (chain.Find(file => Text(host, file) is null) is { } unread)
            return [(unread, null, null)];
        var (files, pairs) = (string.Join(' ', chain), new List<(string, string?, string?)>());
        var text = string.Join('\n', chain.Select(file => Text(host, file)));
        for (; PemEncoding.TryFind(text, out var found); text = text[found.Location.End..])
        {
            // .NET reads the first key and the first certificate of each text.
            if (text[found.Label].EndsWith("PRIVATE KEY", StringComparison.Ordinal))
                pairs.Add((files, text, text));
        }

        return pairs.Count > 0 ? pairs : [(files, "", "")];
    }

    private static string? Text(Host host, string file) =>
        host.Lines(file) is { } lines ? string.Join('\n', lines) : null;

    /// <returns>When the certificate expires. <see cref="DateTime.MaxValue"/> if it cannot be used.</returns>
    private static DateTime LookAt(Check check, Host host, string file, string? certificate, string? key)
    {
        DateTime Broken(string problem)
        {
            check.Fault($"{problem}: STARTTLS fails, and mail from many senders with it",
                "name the right files in smtpd_tls_cert_file and smtpd_tls_key_file; or make ssl-cert's anew: "
                + "make-ssl-cert generate-default-snakeoil --force-overwrite" + Reload);
            return DateTime.MaxValue;
        }

        if (certificate is null || (key is null && host.IsRoot))
            return Broken($"{file} or its key does not exist or cannot be read");
        var damage = $"{file} contains no certificate, or a damaged one";
        try
        {
            using var shown = X509Certificate2.CreateFromPem(certificate);
            damage = $"the key of {file} is damaged, or belongs to another certificate";
            if (key is not null)
                X509Certificate2.CreateFromPem(certificate, key).Dispose();
            var (now, from, until) =
                (host.Now.UtcDateTime, shown.NotBefore.ToUniversalTime(), shown.NotAfter.ToUniversalTime());
            var problem = until < now ? $"expired on {until:yyyy-MM-dd}: senders who verify it deliver no mail"
                : from > now ? $"is not valid before {from:yyyy-MM-dd}: senders who verify it deliver no mail"
                : until - now < Soon ? $"expires on {until:yyyy-MM-dd}"
                : null;
            if (problem is not null)
                check.Warning($"the certificate {file} {problem}",
                    "renew it (with ssl-cert: make-ssl-cert generate-default-snakeoil --force-overwrite)" + Reload);
            return until;
        }
        catch (CryptographicException)
        {
            return Broken(damage);
        }
    }

    /// <summary>
    /// Checks that outgoing mail is encrypted, and that Postfix can verify the other side: by its file of certificate
    /// authorities, or by DNSSEC.
    /// </summary>
    public static Check Outgoing(Host host, PostfixSettings postfix)
    {
        var check = new Check(Name);
        // Postfix reads these types as text. The file of any other type has another name, or there is none.
        foreach (var file in postfix.List(Policies).Select(table => table.Split(":/"))
            .Where(parts => parts is ["regexp" or "pcre" or "texthash", _]).Select(parts => "/" + parts[1]))
            check.FaultIf(host.Lines(file) is null,
                $"{file} ({Policies}) does not exist or cannot be read: nothing is sent",
                $"run install.sh, or remove it from {Policies}" + Reload);
        if (postfix["smtp_tls_CAfile"] is { Length: > 0 } authorities && host.Lines(authorities) is null)
            check.Fault($"{authorities} (smtp_tls_CAfile) does not exist or cannot be read: nothing is sent encrypted",
                "run: apt-get install --reinstall ca-certificates" + Reload);
        foreach (var relay in postfix.List("relayhost"))
            LookAtRelay(check, host, postfix, relay);
        var level = Level(postfix);
        if (!IsOpen(level))
            LookAtExceptions(check, postfix);
        if (level is not ("dane" or "dane-only"))
            return check.WarningIf(level == "none", "replies go out in the clear", Encrypt)
                .WarningIf(level == "may", "replies go out in the clear if the other side has no TLS, or if an "
                    + "attacker on the path hides it", Encrypt)
                .OrOk("what cannot be encrypted is not sent");
        if (postfix["smtp_dns_support_level"] != "dnssec")
            return check.Fault("dane without smtp_dns_support_level=dnssec: nobody's keys are looked up",
                "run: postconf -e smtp_dns_support_level=dnssec" + Reload);
        check.AddRange(Resolvers(host).Where(finding => finding.State != FindingState.Ok));
        return check.OrOk("replies to domains with keys in DNSSEC are sent only to servers with those keys");
    }

    /// <summary>
    /// Checks that the host's name servers validate DNSSEC: they must report the signed root zone as genuine (the AD
    /// bit, RFC 4035, section 3.2.3). Postfix trusts their answer.
    /// </summary>
    public static Check Resolvers(Host host)
    {
        const string remedy = "run: apt-get install unbound dns-root-data, make \"nameserver 127.0.0.1\" the only line "
            + "of /etc/resolv.conf (a file, not a link), then: systemctl restart postfix";
        var check = new Check(Name);
        foreach (var (server, validates) in DnsLookup.Validation(host))
            check.FaultIf(!validates,
                    $"the name server {server} does not validate DNSSEC, so dane protects nobody", remedy)
                .WarningIf(validates && !IPAddress.IsLoopback(server), $"the name server {server} validates DNSSEC, "
                    + "but its answers can be forged in transit", remedy);
        return check.OrOk("the name servers validate DNSSEC");
    }

    /// <summary>
    /// Checks that a relay offers TLS if Postfix may not send to it in the clear. posttls-finger(1) greets the relay as
    /// Postfix does, and exits with 0 whatever it finds.
    /// </summary>
    private static void LookAtRelay(Check check, Host host, PostfixSettings postfix, string relay)
    {
        var own = Exceptions(postfix, [relay]).GetValueOrDefault(relay, Level(postfix));
        // With dane, Postfix sends mail in the clear to a relay without a TLSA record.
        if (own is "dane" || IsOpen(own))
            return;
        string[] wrapper = postfix["smtp_tls_wrappermode"] == "yes" ? ["-w"] : [];
        var answer = host.Programs.Run("posttls-finger", ["-t", "5", "-T", "5", .. wrapper, "-l", "encrypt", relay]);
        const string relaySays = "posttls-finger: < ";
        if (!answer.IsInstalled || answer.Lines.Any(line => !line.StartsWith(relaySays, StringComparison.Ordinal)
            && line.Contains(" TLS connection established to ", StringComparison.Ordinal)))
            return;
        if (answer.Output.Contains(relaySays + "250", StringComparison.Ordinal)
            && !answer.Output.Contains("STARTTLS", StringComparison.Ordinal))
            check.Fault($"{relay} (relayhost) does not offer TLS: nothing leaves through Postfix",
                "make it offer TLS, or use another one; if its network is trusted, add an exception (docs/tls.md)");
        else
            check.Warning($"cannot tell whether {relay} (relayhost) offers TLS: "
                + (answer.Lines.LastOrDefault() ?? answer.Complaint).OneLine(),
                $"run: posttls-finger -l encrypt {relay}");
    }

    /// <summary>
    /// Reports mail that is still sent in the clear. The level of a service overrides the one in main.cf. Large
    /// providers all have TLS and need no exception, so a policy line that matches one of them matches many other
    /// domains too.
    /// </summary>
    private static void LookAtExceptions(Check check, PostfixSettings postfix)
    {
        const string parameter = "smtp_tls_security_level";
        foreach (var service in postfix.Services.Where(one => one.Command[0] == "smtp"))
            check.WarningIf(service.Option(parameter) is { } own && IsOpen(own),
                $"{service.Name} in master.cf has its own level, {service.Option(parameter)}: what goes that way "
                + "may be sent in the clear", $"run: postconf -PX {service.Name}/{service.Type}/{parameter}"
                + Reload);
        // With a relay, Postfix looks up the policy of the relay and not of the recipient's domain.
        if (postfix["relayhost"].Length > 0)
            return;
        var open = Exceptions(postfix, LimitSettings.StandardLargeDomains).Where(one => IsOpen(one.Value))
            .Select(one => one.Key).ToList();
        if (open.Count > 0)
            check.Warning($"a line of {Policies} lets mail to {string.Join(", ", open.Take(3))} go out in the clear",
                $"find it: postmap -q {open[0]} TABLE, for each table of: postconf {Policies}; a line without ^ "
                + "and $, or with a dot that has no backslash, matches other domains too (docs/tls.md)");
    }

    /// <summary>Returns the TLS levels of the next hops that have one of their own.</summary>
    private static Dictionary<string, string> Exceptions(PostfixSettings postfix, IReadOnlyCollection<string> hops) =>
        postfix.List(Policies).SelectMany(table => postfix.LookUpAll(table, hops)).DistinctBy(found => found.Key)
            .ToDictionary(found => found.Key, found => found.Value.Split(' ', '\t', ',')[0]);

    private static bool IsOpen(string level) => level is "none" or "may";

    private static string Level(PostfixSettings postfix) => postfix["smtp_tls_security_level"] switch
    {
        "" when postfix["smtp_enforce_tls"] == "yes" => "encrypt",
        "" when postfix["smtp_use_tls"] == "yes" => "may",
        "" => "none",
        var level => level,
    };
}
