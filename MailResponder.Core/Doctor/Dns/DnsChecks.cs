using System.Net;
using DnsClient;
using MailResponder.Addresses;
using MailResponder.Settings;

namespace MailResponder.Doctor;

/// <summary>Checks the DNS records of our domains: where their mail goes, and who may send in their name.</summary>
internal static class DnsChecks
{
    public const string RemedyOfSilence = "check /etc/resolv.conf and the network; then run this again";

    private static string[] Restrictions =>
    [
        "smtpd_client_restrictions", "smtpd_helo_restrictions", "smtpd_sender_restrictions", "smtpd_relay_restrictions",
        "smtpd_recipient_restrictions", "smtpd_data_restrictions", "smtpd_end_of_data_restrictions",
    ];

    public static IEnumerable<Finding> Look(Host host, ResponderSettings settings, PostfixSettings? postfix)
    {
        var (dns, check) = (new DnsLookup(host), new Check("dns"));
        // Ask one question first. If it gets no answer, all others would time out too.
        if (dns.Ask(settings.OwnDomains[0], QueryType.MX) is null)
            return check.Warning("no DNS record was checked: the resolver does not answer", RemedyOfSilence);
        MailDomain.TryNormalize(settings.ResponseFrom.Domain, out var from);
        var bounces = MailDomain.Of(settings.BounceAddress).ToLowerInvariant();
        return
        [
            .. check.Ok("the resolver answers"),
            .. settings.Dkim is { } dkim ? DkimDnsCheck.Look(dns, dkim, host.Clock) : [],
            .. new[] { bounces, from }.Distinct().SelectMany(domain => Spf(dns, settings, domain)),
            .. Dmarc(dns, from),
            .. postfix is null ? []
                : settings.OwnDomains.Where(domain => !postfix.IsHost(domain))
                    .SelectMany(domain => Mx(dns, domain, postfix["myhostname"]))
                    .Concat(Address(dns, postfix["myhostname"])).Concat(BlockLists(dns, postfix)),
        ];
    }

    private static Check Spf(DnsLookup dns, ResponderSettings settings, string domain)
    {
        var check = new Check("spf");
        var sender = settings.Ses is null ? "mx" : "include:amazonses.com";
        if (dns.Ask(domain, QueryType.TXT) is not { } answer)
            return check.Warning($"{domain}: the resolver does not answer", RemedyOfSilence);
        var records = answer.Where(
            text => text == "v=spf1" || text.StartsWith("v=spf1 ", StringComparison.OrdinalIgnoreCase)).ToList();
        if (records.Count == 0)
            return check.Warning(domain + " has no SPF record: replies look like spam",
                $"publish: {domain}. IN TXT \"v=spf1 {(settings.Ses is null ? "" : "mx ")}{sender} ~all\"");
        if (records.Count > 1)
            return check.Fault($"{domain} has {records.Count} SPF records, which counts as an error (RFC 7208, "
                + "section 4.5)", "keep one of them");
        var terms = records[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        // Names of mechanisms are case-insensitive (RFC 7208, section 4.6.1).
        if (terms.Any(term => term.TrimStart('+').Equals("all", StringComparison.OrdinalIgnoreCase)))
            return check.Fault(domain + ": its SPF record lets anybody send in its name",
                $"end it with ~all instead, and add {sender} to it, if it is missing");
        if (terms is [_, ['-' or '~' or '?', ..] only] && only[1..].Equals("all", StringComparison.OrdinalIgnoreCase))
            return check.Warning(domain + ": its SPF record lets nobody send in its name",
                $"add {sender} to it, before {only}");
        // A redirect or another include may name the same servers. This check does not follow them.
        if (settings.Ses is not null
            && !terms.Any(term => term.Contains("amazonses.com", StringComparison.OrdinalIgnoreCase)))
            return check.Warning(domain + ": its SPF record does not include amazonses.com, which sends for us",
                $"add {sender} to it, before the word that ends in all");
        return check.Ok($"{domain}: {records[0].OneLine()}");
    }

    private static Check Dmarc(DnsLookup dns, string from)
    {
        var check = new Check("dmarc");
        // Receivers look up the domain and its organisational domain. Looking up every parent domain needs no list of
        // public suffixes.
        for (var domain = from; domain.Contains('.'); domain = domain[(domain.IndexOf('.') + 1)..])
        {
            if (dns.Ask("_dmarc." + domain, QueryType.TXT) is not { } answer)
                return check.Warning($"_dmarc.{domain}: the resolver does not answer", RemedyOfSilence);
            var records = answer.Where(text => text.StartsWith("v=DMARC1", StringComparison.Ordinal)).ToList();
            if (records.Count > 1)
                return check.Warning($"_dmarc.{domain} has {records.Count} records; receivers ignore all of them",
                    "keep one of them");
            if (records.Count == 1)
                return check.Ok($"{domain}: {records[0].OneLine()}");
        }

        return check.Warning(from + " has no DMARC record; large providers want one",
            $"publish: _dmarc.{from}. IN TXT \"v=DMARC1; p=none\"");
    }

    private static Check Mx(DnsLookup dns, string domain, string hostName)
    {
        var check = new Check("mx");
        var remedy = $"publish: {domain}. IN MX 10 {hostName}.";
        if (dns.Ask(domain, QueryType.MX) is not { } servers)
            return check.Warning($"{domain}: the resolver does not answer", RemedyOfSilence);
        if (servers.Contains("."))
            return check.Warning(domain + " says that it accepts no mail (a null MX, RFC 7505)", remedy);
        if (servers.Count == 0)
            return check.Warning(domain + " has no MX record: requests may not reach this host", remedy);
        var named = string.Join(", ", servers);
        if (servers.Contains(hostName.ToLowerInvariant()))
            return check.Ok($"{domain}: {named}");
        // The MX may be a load balancer or another name of this host. An address in common is enough.
        var ours = dns.Addresses(hostName) ?? [];
        return servers.Any(mx => dns.Addresses(mx)?.Any(ours.Contains) == true)
            ? check.Ok($"{domain}: {named}, which is also this host")
            : check.Warning($"{domain}: mail goes to {named}, not to this host ({hostName})",
                remedy + " (unless that is a load balancer)");
    }

    private static Check Address(DnsLookup dns, string hostName)
    {
        var check = new Check("host-address");
        if (dns.Addresses(hostName) is not { } addresses)
            return check.Warning($"{hostName}: the resolver does not answer", RemedyOfSilence);
        if (addresses.Count == 0)
            return check.Warning($"{hostName} (myhostname) has no address in DNS: other servers refuse its mail",
                $"publish an A record for {hostName}");
        foreach (var text in addresses.Where(
            text => dns.Names(IPAddress.Parse(text))?.Contains(hostName.ToLowerInvariant()) != true))
        {
            check.Warning($"{text} does not resolve back to {hostName}: other servers treat its mail as spam",
                $"ask your provider to set the reverse DNS of {text} to {hostName}");
        }

        return check.OrOk($"{hostName}: {string.Join(", ", addresses)}, and back");
    }

    /// <summary>
    /// Looks up this host's addresses on the block lists that its own Postfix uses. Other hosts that use such a list
    /// would refuse our replies.
    /// </summary>
    private static Check BlockLists(DnsLookup dns, PostfixSettings postfix)
    {
        var check = new Check("block-lists");
        var rejecting = Restrictions.Select(postfix.List).SelectMany(words => words.Zip(words.Skip(1)))
            .Where(pair => pair.First is "reject_rbl_client").Select(pair => pair.Second);
        // The form is domain=filter*weight. A negative weight marks a list of good senders.
        var lists = postfix.List("postscreen_dnsbl_sites").Concat(rejecting)
            .Where(text => !text.Contains("*-", StringComparison.Ordinal))
            .Select(text => text.Split('*')[0].Split('=')).DistinctBy(parts => parts[0]).ToList();
        if (lists.Count == 0)
            return check.Ok("Postfix uses none");
        var addresses = dns.Addresses(postfix["myhostname"]) ?? [];
        if (addresses.Count == 0)
            return check.NotLookedAt("host-address");
        foreach (var (address, list) in addresses.SelectMany(address => lists.Select(list => (address, list))))
        {
            // RFC 5782: the address is reversed as for a PTR record, and the list's domain follows.
            var reversed = IPAddress.Parse(address).GetArpaName().Replace("in-addr.arpa.", "", StringComparison.Ordinal)
                .Replace("ip6.arpa.", "", StringComparison.Ordinal);
            var answer = dns.Ask(reversed + list[0], QueryType.A);
            if (answer is null)
                check.Warning($"{list[0]} does not answer",
                    "make sure that /etc/resolv.conf names a resolver of your own; then run this again");
            // Spamhaus and others report errors by these addresses. They say nothing about the address looked up.
            else if (answer.Any(text => text.StartsWith("127.255.255.", StringComparison.Ordinal)))
                check.Warning($"{list[0]} refuses queries of this host's resolver, so nobody is found on it",
                    "use a resolver of your own, not a public one");
            else if (answer.Any(text => text.StartsWith("127.", StringComparison.Ordinal)
                && (list is not [_, var filter, ..] || IsMatch(filter, text))))
                check.Fault($"{address} is on {list[0]}: other servers refuse our replies",
                    "find the reason on the list's web site, fix it, and ask there to be removed; see "
                    + "docs/postfix.md");
        }

        return check.OrOk($"{addresses.Some()}: not on {lists.Select(list => list[0]).Some()}");
    }

    /// <summary>
    /// Whether an address fits a pattern like <c>127.0.[0..255].[1;3..5]</c> (postconf(5), postscreen_dnsbl_sites).
    /// </summary>
    private static bool IsMatch(string pattern, string address) =>
        pattern.Replace("..", "-", StringComparison.Ordinal).Split('.').Zip(address.Split('.')).All(part =>
            part.First.Trim('[', ']').Split(';').Select(range => range.Split('-')).Any(edges =>
                edges[0].AsNumber() <= part.Second.AsNumber() && part.Second.AsNumber() <= edges[^1].AsNumber()));
}
