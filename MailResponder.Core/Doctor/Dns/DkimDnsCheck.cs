using DnsClient;
using MailResponder.Reply.Dkim;
using MailResponder.Settings;

namespace MailResponder.Doctor;

/// <summary>Compares the public keys in DNS with the DKIM keys on this host (RFC 6376, section 3.6.1).</summary>
internal static class DkimDnsCheck
{
    private const string Publish = "publish what this prints: responder dkim record";

    /// <returns>Empty if a key cannot be used. The check `keys` reports what is wrong with it.</returns>
    public static IEnumerable<Finding> Look(DnsLookup dns, DkimSettings dkim, TimeProvider clock) =>
        ResponderException.OrNull(IEnumerable<Finding>? () =>
        {
            var current = DkimKey.Load(dkim);
            var (_, bits) = DkimRecord.PublicKey(current);
            return
            [
                .. Length(dkim.KeyFile, bits), .. Record(dns, current),
                .. DkimKey.LoadNext(dkim) is { } next ? Next(dns, current, next) : [],
                .. Former(dns, new DkimRotation(dkim, clock).Former, clock.GetUtcNow()),
            ];
        }) ?? [];

    /// <summary>Returns why the next key cannot sign yet. Null if its record in DNS is correct.</summary>
    /// <exception cref="ResponderException">The next key is not an RSA key.</exception>
    public static string? ProblemOfNext(DnsLookup dns, DkimKey next) =>
        dns.Ask(next.Record, QueryType.TXT) is []
            ? next.Record + " does not exist yet"
        : Record(dns, next) is [{ State: not FindingState.Ok } finding] ? finding.Text : null;

    private static Check Length(string file, int bits) => bits >= 2048 ? new Check("dkim-key").Ok($"{bits} bits")
        : new Check("dkim-key").Bad(bits < 1024, bits < 1024
            ? $"{file} has {bits} bits; receivers ignore signatures below 1024" : $"{file} has only {bits} bits",
            "create a new one: responder dkim rotate");

    private static IEnumerable<Finding> Next(DnsLookup dns, DkimKey current, DkimKey next)
    {
        var check = new Check("dkim-next");
        return check.OrFault($"run: rm {next.File}; responder dkim rotate", () =>
            ProblemOfNext(dns, next) is { } problem
                ? check.Warning("the next key waits: " + problem, "publish what this prints: responder dkim rotate")
                : check.Warning($"{next.Record} is in DNS, but {current.Selector} still signs",
                    "run: responder dkim switch; cron does it hourly"));
    }

    private static Check Former(
        DnsLookup dns, (DkimKey Key, DateTimeOffset NeededUntil)? former, DateTimeOffset now)
    {
        var check = new Check("dkim-former");
        if (former is not (var key, var neededUntil))
            return check;
        var day = $"{neededUntil:yyyy-MM-dd HH:mm} UTC";
        if (neededUntil <= now)
            return check.Warning($"{key.Record} has not been needed since {day}",
                $"remove it from DNS, then: rm {key.File}");
        return dns.Ask(key.Record, QueryType.TXT) is []
            ? check.Warning($"{key.Record} is gone, but mail that its key signed may be in transit until {day}",
                "publish it again until then")
            : check.Ok($"{key.Record} must stay in DNS until {day}");
    }

    private static Check Record(DnsLookup dns, DkimKey signing)
    {
        var check = new Check("dkim-dns");
        var place = signing.Record;
        if (dns.Ask(place, QueryType.TXT) is not { } records)
            return check.Warning($"{place}: the resolver does not answer", DnsChecks.RemedyOfSilence);
        if (records.Count == 0)
            return check.Fault(place + " does not exist: none of our signatures is valid", Publish);
        if (records.Count > 1)
            return check.Fault($"{place} has {records.Count} TXT records; which one counts is undefined",
                "keep the one that responder dkim record prints");
        var key = DkimRecord.PublicKey(signing).Base64;
        // The record is a tag list (RFC 6376, section 3.2). White space is not significant in the tags that are read
        // here.
        var tags = Host.Values(string.Concat(records[0].Where(c => !char.IsWhiteSpace(c))).Split(';'), '=');
        if (!tags.TryGetValue("p", out var published) || tags.GetValueOrDefault("v", "DKIM1") != "DKIM1")
            return check.Fault(place + " is not a DKIM record: it has no v=DKIM1 or no p=", Publish);
        if (published.Length == 0)
            return check.Fault(place + " says that the key is revoked (an empty p=)",
                "sign with another selector, or " + Publish);
        if (published != key && key.StartsWith(published, StringComparison.Ordinal))
            return check.Fault($"{place} is cut short: {published.Length} of {key.Length} characters of the key. A "
                + "record of over 255 characters needs several strings", Publish);
        if (published != key)
            return check.Fault($"{place} has a different key from {signing.File}", Publish);
        if (tags.GetValueOrDefault("k", "rsa") != "rsa"
            || !tags.GetValueOrDefault("h", "sha256").Split(':').Contains("sha256"))
            return check.Fault(place + " does not allow rsa-sha256 (its k= or h=)", Publish);
        return tags.GetValueOrDefault("t", "").Split(':').Contains("y")
            ? check.Warning(place + " says that the domain only tests DKIM (t=y): receivers may ignore signatures",
                "remove t=y from the record")
            : check.Ok(place + " has the key that signs");
    }
}
