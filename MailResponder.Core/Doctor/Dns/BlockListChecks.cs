using System.Net;
using DnsClient;

namespace MailResponder.Doctor;

/// <summary>
/// Looks for this host's addresses on the block lists that its own Postfix uses. Other hosts that use such a list
/// refuse our replies.
/// </summary>
internal static class BlockListChecks
{
    private static string[] Restrictions =>
    [
        "smtpd_client_restrictions", "smtpd_helo_restrictions", "smtpd_sender_restrictions", "smtpd_relay_restrictions",
        "smtpd_recipient_restrictions", "smtpd_data_restrictions", "smtpd_end_of_data_restrictions",
    ];

    public static IEnumerable<Finding> Look(DnsLookup dns, PostfixSettings postfix)
    {
        var check = new Check("block-lists");
        var lists = Lists(postfix);
        if (lists.Count == 0)
            return check.Ok("Postfix asks none");
        var addresses = dns.Addresses(postfix["myhostname"]).Records.Select(IPAddress.Parse).ToList();
        if (addresses.Count == 0)
            return check.NotLookedAt("host-address");
        foreach (var address in addresses)
            lists.ForEach(list => Look(check, dns, address, list));
        return check.OrOk($"{addresses.Select(address => address.ToString()).Some()}: not on "
            + lists.Select(list => list.Domain).Some());
    }

    /// <param name="list">The list's domain, and which answers mean that an address is on it; empty for all.</param>
    private static void Look(Check check, DnsLookup dns, IPAddress address, (string Domain, string Filter) list)
    {
        // RFC 5782: the address as in a PTR record, below the list's domain.
        var reversed = address.GetArpaName().Replace("in-addr.arpa.", "", StringComparison.Ordinal)
            .Replace("ip6.arpa.", "", StringComparison.Ordinal);
        var answer = dns.Ask(reversed + list.Domain, QueryType.A);
        if (!answer.Answered)
            check.Warning($"{list.Domain} does not answer",
                "see that the resolver of /etc/resolv.conf is one of your own; then run it again");
        // Spamhaus and others report errors this way; it says nothing about the address.
        else if (answer.Records.Any(text => text.StartsWith("127.255.255.", StringComparison.Ordinal)))
            check.Warning($"{list.Domain} does not serve this host's resolver: nobody is found on it",
                "ask it by a resolver of your own, not by a public one");
        else if (answer.Records.Any(text => text.StartsWith("127.", StringComparison.Ordinal)
            && (list.Filter.Length == 0 || IsMatch(list.Filter, text))))
            check.Fault($"{address} is on {list.Domain}: others refuse our replies",
                "look at the list's web site for the reason, mend it, and ask there to be taken off; see "
                + "docs/postfix.md");
    }

    private static List<(string Domain, string Filter)> Lists(PostfixSettings postfix)
    {
        var rejecting = Restrictions.Select(postfix.List).SelectMany(words => words.Zip(words.Skip(1)))
            .Where(pair => pair.First is "reject_rbl_client").Select(pair => pair.Second);
        // domain=filter*weight; a list of good senders has a weight below zero.
        return [.. postfix.List("postscreen_dnsbl_sites").Concat(rejecting)
            .Where(text => !text.Contains("*-", StringComparison.Ordinal))
            .Select(text => text.Split('*')[0].Split('='))
            .Select(parts => (parts[0], parts.Length > 1 ? parts[1] : "")).DistinctBy(list => list.Item1)];
    }

    /// <summary>A pattern like <c>127.0.[0..255].[1;3..5]</c> (postconf(5), postscreen_dnsbl_sites).</summary>
    private static bool IsMatch(string pattern, string address) =>
        pattern.Replace("..", "-", StringComparison.Ordinal).Split('.').Zip(address.Split('.')).All(part =>
            part.First.Trim('[', ']').Split(';').Any(range => Holds(range.Split('-'), part.Second.AsNumber())));

    private static bool Holds(string[] edges, long? number) =>
        edges[0].AsNumber() <= number && number <= edges[^1].AsNumber();
}
