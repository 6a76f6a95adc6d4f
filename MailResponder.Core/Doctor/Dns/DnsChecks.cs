using System.Net;
using DnsClient;
using MailResponder.Addresses;
using MailResponder.Settings;

namespace MailResponder.Doctor;

/// <summary>What DNS says of our domains: where mail for them goes, and who may send in their name.</summary>
internal static class DnsChecks
{
    public const string RemedyOfSilence = "look at /etc/resolv.conf and the network; then run it again";

    public static IEnumerable<Finding> Look(Host host, ResponderSettings settings, PostfixSettings? postfix)
    {
        var (dns, check) = (new DnsLookup(host), new Check("dns"));
        // One question first: when it gets no answer, the others would wait in vain.
        if (!dns.Ask(settings.OwnDomains[0], QueryType.MX).Answered)
            return check.Warning("no DNS record was looked at: the resolver does not answer", RemedyOfSilence);
        MailDomain.TryNormalize(settings.ResponseFrom.Domain, out var from);
        var bounces = settings.BounceAddress[(settings.BounceAddress.LastIndexOf('@') + 1)..].ToLowerInvariant();
        List<Finding> findings =
        [
            .. check.Ok("the resolver answers"),
            .. settings.Dkim is { } dkim ? DkimDnsCheck.Look(dns, dkim, host.Clock) : [],
            .. new[] { bounces, from }.Distinct().SelectMany(domain => Spf(dns, settings, domain)),
            .. Dmarc(dns, from),
        ];
        if (postfix is not null)
        {
            findings.AddRange(settings.OwnDomains.Where(domain => !postfix.IsHost(domain))
                .SelectMany(domain => Mx(dns, domain, postfix["myhostname"])));
            findings.AddRange(Address(dns, postfix["myhostname"]));
            findings.AddRange(BlockListChecks.Look(dns, postfix));
        }

        return findings;
    }

    private static Check Spf(DnsLookup dns, ResponderSettings settings, string domain)
    {
        var check = new Check("spf");
        var include = settings.Ses is null ? "mx" : "mx include:amazonses.com";
        var remedy = $"publish: {domain}. IN TXT \"v=spf1 {include} ~all\"";
        var answer = dns.Ask(domain, QueryType.TXT);
        if (!answer.Answered)
            return check.Warning($"{domain}: the resolver does not answer", RemedyOfSilence);
        var records = answer.Records.Where(
            text => text == "v=spf1" || text.StartsWith("v=spf1 ", StringComparison.OrdinalIgnoreCase)).ToList();
        if (records.Count == 0)
            return check.Warning(domain + " has no SPF record: replies look like spam", remedy);
        if (records.Count > 1)
            return check.Fault($"{domain} has {records.Count} SPF records, which counts as an error (RFC 7208, "
                + "section 4.5)", "keep one of them");
        var terms = records[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (terms.Contains("+all") || terms.Contains("all"))
            return check.Fault(domain + ": its SPF record lets the whole world send in its name", remedy);
        // A redirect or another include may lead to the same servers; that is not followed.
        if (settings.Ses is not null
            && !terms.Any(term => term.Contains("amazonses.com", StringComparison.OrdinalIgnoreCase)))
            return check.Warning(domain + ": its SPF record does not include amazonses.com, which sends for us",
                remedy);
        return check.Ok($"{domain}: {records[0].OneLine()}");
    }

    private static Check Dmarc(DnsLookup dns, string from)
    {
        var check = new Check("dmarc");
        // Receivers ask for the domain and its organisational domain. Asking every domain above needs no list of
        // public suffixes.
        for (var domain = from; domain.Contains('.'); domain = domain[(domain.IndexOf('.') + 1)..])
        {
            var answer = dns.Ask("_dmarc." + domain, QueryType.TXT);
            if (!answer.Answered)
                return check.Warning($"_dmarc.{domain}: the resolver does not answer", RemedyOfSilence);
            var records = answer.Records.Where(text => text.StartsWith("v=DMARC1", StringComparison.Ordinal)).ToList();
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
        var (answer, remedy) = (dns.Ask(domain, QueryType.MX), $"publish: {domain}. IN MX 10 {hostName}.");
        if (!answer.Answered)
            return check.Warning($"{domain}: the resolver does not answer", RemedyOfSilence);
        if (answer.Records.Contains("."))
            return check.Warning(domain + " says that it takes no mail (a null MX, RFC 7505)", remedy);
        if (answer.Records.Count == 0)
            return check.Warning(domain + " has no MX record: requests may not reach this host", remedy);
        var named = string.Join(", ", answer.Records);
        if (answer.Records.Contains(hostName.ToLowerInvariant()))
            return check.Ok($"{domain}: {named}");
        // A load balancer or another name of this host: the same addresses are good enough.
        var ours = dns.Addresses(hostName).Records;
        return answer.Records.Any(mx => dns.Addresses(mx).Records.Any(ours.Contains))
            ? check.Ok($"{domain}: {named}, which is this host too")
            : check.Warning($"{domain}: mail goes to {named}, not to this host ({hostName})",
                remedy + " (unless a load balancer stands there)");
    }

    private static Check Address(DnsLookup dns, string hostName)
    {
        var check = new Check("host-address");
        var addresses = dns.Addresses(hostName);
        if (!addresses.Answered)
            return check.Warning($"{hostName}: the resolver does not answer", RemedyOfSilence);
        if (addresses.Records.Count == 0)
            return check.Warning($"{hostName} (myhostname) has no address in DNS: others refuse mail from it",
                $"publish an A record for {hostName}");
        foreach (var text in addresses.Records.Where(
            text => !dns.Names(IPAddress.Parse(text)).Records.Contains(hostName.ToLowerInvariant())))
        {
            check.Warning($"{text} does not lead back to {hostName}: others take mail from it for spam",
                $"let your provider set the reverse DNS of {text} to {hostName}");
        }

        return check.OrOk($"{hostName}: {string.Join(", ", addresses.Records)}, and back");
    }
}
