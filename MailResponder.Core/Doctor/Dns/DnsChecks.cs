using System.Net;
using DnsClient;
using MailResponder.Addresses;
using MailResponder.Settings;

namespace MailResponder.Doctor;

/// <summary>
/// What the world's name servers say of our domains: where mail for them goes, and who may send in their name.
/// </summary>
internal static class DnsChecks
{
    private const string RemedyOfSilence = "look at /etc/resolv.conf and the network; then run it again";

    public static IEnumerable<Finding> Look(Host host, ResponderSettings settings, PostfixSettings? postfix)
    {
        var dns = new DnsLookup(host);
        // One question that must have an answer tells a silent resolver from missing records, and spares the waiting.
        var first = dns.Ask(settings.OwnDomains[0], QueryType.MX);
        if (!first.Answered)
            return [Finding.Warning("dns", "no DNS record was looked at: the resolver does not answer",
                RemedyOfSilence)];
        MailDomain.TryNormalize(settings.ResponseFrom.Domain, out var from);
        List<Finding> findings = [Finding.Ok("dns", "the resolver answers")];
        if (settings.Dkim is { } dkim)
            findings.AddRange(DkimDnsCheck.Look(dns, dkim, host.Clock));
        var bounces = settings.BounceAddress[(settings.BounceAddress.LastIndexOf('@') + 1)..].ToLowerInvariant();
        findings.AddRange(new[] { bounces, from }.Distinct().Select(domain => Spf(dns, settings, domain)));
        findings.Add(Dmarc(dns, from));
        if (postfix is not null)
        {
            findings.AddRange(settings.OwnDomains.Where(domain => !postfix.IsHost(domain))
                .Select(domain => Mx(dns, domain, postfix["myhostname"])));
            findings.AddRange(Address(dns, postfix["myhostname"]));
            findings.AddRange(BlockListChecks.Look(dns, postfix));
        }

        return findings;
    }

    private static Finding Spf(DnsLookup dns, ResponderSettings settings, string domain)
    {
        const string name = "spf";
        var include = settings.Ses is null ? "mx" : "mx include:amazonses.com";
        var remedy = $"publish: {domain}. IN TXT \"v=spf1 {include} ~all\"";
        var answer = dns.Ask(domain, QueryType.TXT);
        if (!answer.Answered)
            return Finding.Warning(name, $"{domain}: the resolver does not answer", RemedyOfSilence);
        var records = answer.Records.Where(
            text => text == "v=spf1" || text.StartsWith("v=spf1 ", StringComparison.OrdinalIgnoreCase)).ToList();
        if (records.Count == 0)
            return Finding.Warning(name, domain + " has no SPF record: replies look like spam", remedy);
        if (records.Count > 1)
            return Finding.Fault(
                name, $"{domain} has {records.Count} SPF records, which counts as an error (RFC 7208, section 4.5)",
                "keep one of them");
        var terms = records[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (terms.Contains("+all") || terms.Contains("all"))
            return Finding.Fault(name, domain + ": its SPF record lets the whole world send in its name", remedy);
        // A redirect or another include may lead to the same servers; that is not followed.
        if (settings.Ses is not null && !terms.Any(
            term => term.Contains("amazonses.com", StringComparison.OrdinalIgnoreCase)))
            return Finding.Warning(name, domain + ": its SPF record does not include amazonses.com, which sends for us",
            remedy);
        return Finding.Ok(name, $"{domain}: {records[0].OneLine()}");
    }

    private static Finding Dmarc(DnsLookup dns, string from)
    {
        const string name = "dmarc";
        // Receivers ask for the domain and for its organisational domain, which no list is needed to be above.
        for (var domain = from; domain.Contains('.'); domain = domain[(domain.IndexOf('.') + 1)..])
        {
            var answer = dns.Ask("_dmarc." + domain, QueryType.TXT);
            if (!answer.Answered)
                return Finding.Warning(name, $"_dmarc.{domain}: the resolver does not answer", RemedyOfSilence);
            var records = answer.Records.Where(text => text.StartsWith("v=DMARC1", StringComparison.Ordinal)).ToList();
            if (records.Count > 1)
                return Finding.Warning(
                    name, $"_dmarc.{domain} has {records.Count} records; receivers ignore all of them",
                    "keep one of them");
            if (records.Count == 1)
                return Finding.Ok(name, $"{domain}: {records[0].OneLine()}");
        }

        return Finding.Warning(name, from + " has no DMARC record; large providers want one",
            $"publish: _dmarc.{from}. IN TXT \"v=DMARC1; p=none\"");
    }

    private static Finding Mx(DnsLookup dns, string domain, string hostName)
    {
        const string name = "mx";
        var answer = dns.Ask(domain, QueryType.MX);
        if (!answer.Answered)
            return Finding.Warning(name, $"{domain}: the resolver does not answer", RemedyOfSilence);
        var remedy = $"publish: {domain}. IN MX 10 {hostName}.";
        if (answer.Records.Contains("."))
            return Finding.Warning(name, domain + " says that it takes no mail (a null MX, RFC 7505)", remedy);
        if (answer.Records.Count == 0)
            return Finding.Warning(name, domain + " has no MX record: requests may not reach this host", remedy);
        if (answer.Records.Contains(hostName.ToLowerInvariant()))
            return Finding.Ok(name, $"{domain}: {string.Join(", ", answer.Records)}");
        // A load balancer or another name of this host: the same addresses are good enough.
        var ours = dns.Addresses(hostName).Records;
        return answer.Records.Any(mx => dns.Addresses(mx).Records.Any(ours.Contains))
            ? Finding.Ok(name, $"{domain}: {string.Join(", ", answer.Records)}, which is this host too")
            : Finding.Warning(
            name, $"{domain}: mail goes to {string.Join(", ", answer.Records)}, not to this host ({hostName})",
            remedy + " (unless a load balancer stands there)");
    }

    private static IEnumerable<Finding> Address(DnsLookup dns, string hostName)
    {
        const string name = "host-address";
        var addresses = dns.Addresses(hostName);
        if (!addresses.Answered)
            return [Finding.Warning(name, $"{hostName}: the resolver does not answer", RemedyOfSilence)];
        if (addresses.Records.Count == 0)
            return [Finding.Warning(name, $"{hostName} (myhostname) has no address in DNS: others refuse mail from it",
                $"publish an A record for {hostName}")];
        List<Finding> findings = [];
        foreach (var text in addresses.Records)
        {
            if (IPAddress.TryParse(text, out var address)
                && !dns.Names(address).Records.Contains(hostName.ToLowerInvariant()))
                findings.Add(Finding.Warning(name,
                $"{text} does not lead back to {hostName}: others take mail from it for spam",
                $"let your provider set the reverse DNS of {text} to {hostName}"));
        }

        return findings.OrOk(name, $"{hostName}: {string.Join(", ", addresses.Records)}, there and back");
    }
}
