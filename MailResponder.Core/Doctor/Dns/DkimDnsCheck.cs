using System.Globalization;
using DnsClient;
using MailResponder.Reply.Dkim;
using MailResponder.Settings;

namespace MailResponder.Doctor;

/// <summary>The published signing key against the one that signs (RFC 6376, section 3.6.1).</summary>
internal static class DkimDnsCheck
{
    private const string Name = "dkim-dns";
    private const string Publish = "publish what this prints: responder dkim record";

    public static IEnumerable<Finding> Look(DnsLookup dns, DkimSettings dkim, TimeProvider clock)
    {
        DkimKey current;
        int bits;
        DkimKey? next;
        (DkimKey Key, DateTimeOffset NeededUntil)? former;
        try
        {
            current = DkimKey.Load(dkim);
            (_, bits) = DkimRecord.PublicKey(current);
            next = DkimKey.LoadNext(dkim);
            former = new DkimRotation(dkim, clock).Former;
        }
        catch (ResponderException)
        {
            // `keys` tells what is wrong with it.
            yield break;
        }

        const string remedy = "make a new one: responder dkim rotate";
        yield return bits < 1024
            ? Finding.Fault(
                "dkim-key", $"{dkim.KeyFile} has {bits} bits; receivers ignore signatures below 1024", remedy)
            : bits < 2048 ? Finding.Warning("dkim-key", $"{dkim.KeyFile} has only {bits} bits", remedy)
            : Finding.Ok("dkim-key", bits.Count("bit"));
        yield return Record(dns, current);
        if (next is not null)
            yield return Next(dns, current, next);
        if (former is { } old)
            yield return Former(dns, old.Key, old.NeededUntil, clock.GetUtcNow());
    }

    /// <summary>Why the next key cannot sign yet; null when DNS shows its record as it should be.</summary>
    /// <exception cref="ResponderException">It is no RSA key.</exception>
    public static string? ProblemOfNext(DnsLookup dns, DkimKey next) =>
        dns.Ask(next.Record, QueryType.TXT) is { Answered: true, Records.Count: 0 }
            ? next.Record + " does not exist yet"
        : Record(dns, next) is { State: not FindingState.Ok } finding ? finding.Text : null;

    private static Finding Next(DnsLookup dns, DkimKey current, DkimKey next)
    {
        const string name = "dkim-next";
        string? problem;
        try
        {
            problem = ProblemOfNext(dns, next);
        }
        catch (ResponderException exception)
        {
            return Finding.Fault(name, exception.Message, $"run: rm {next.File}; responder dkim rotate");
        }

        return problem is null
            ? Finding.Warning(name, $"{next.Record} is in DNS, and {current.Selector} still signs",
                "run: responder dkim switch; cron does it hourly")
            : Finding.Warning(
                name, "the next key waits: " + problem, "publish what this prints: responder dkim rotate");
    }

    private static Finding Former(DnsLookup dns, DkimKey key, DateTimeOffset neededUntil, DateTimeOffset now)
    {
        const string name = "dkim-former";
        var day = neededUntil.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);
        if (neededUntil <= now)
        {
            return Finding.Warning(name, $"{key.Record} is needed no longer, since {day}",
                $"take it out of DNS, then: rm {key.File}");
        }

        return dns.Ask(key.Record, QueryType.TXT) is { Answered: true, Records.Count: 0 }
            ? Finding.Warning(name, $"{key.Record} is gone; mail that its key signed is on its way until {day}",
                "publish it again until then")
            : Finding.Ok(name, $"{key.Record} stays in DNS until {day}");
    }

    private static Finding Record(DnsLookup dns, DkimKey key) =>
        Record(dns.Ask(key.Record, QueryType.TXT), key.Record, DkimRecord.PublicKey(key).Base64, key.File);

    private static Finding Record(DnsAnswer answer, string place, string key, string file)
    {
        if (!answer.Answered)
            return Finding.Warning(Name, $"{place}: the resolver does not answer",
                "look at /etc/resolv.conf and the network; then run it again");
        if (answer.Records.Count == 0)
            return Finding.Fault(Name, place + " does not exist: no signature of ours is valid", Publish);
        if (answer.Records.Count > 1)
            return Finding.Fault(Name, $"{place} has {answer.Records.Count} TXT records; which one counts is undefined",
                "keep the one that responder dkim record prints");
        var tags = Tags(answer.Records[0]);
        if (!tags.TryGetValue("p", out var published) || tags.GetValueOrDefault("v", "DKIM1") != "DKIM1")
            return Finding.Fault(Name, place + " is no DKIM record: it has no v=DKIM1 or no p=", Publish);
        if (published.Length == 0)
            return Finding.Fault(Name, place + " says that the key is revoked (an empty p=)",
                "sign with another selector, or " + Publish);
        if (published != key && key.StartsWith(published, StringComparison.Ordinal))
            return Finding.Fault(
                Name, $"{place} is cut short: {published.Length} of {key.Length} characters of the key. A record of "
                + $"over 255 characters needs several strings", Publish);
        if (published != key)
            return Finding.Fault(Name, $"{place} holds another key than {file}", Publish);
        if (tags.GetValueOrDefault("k", "rsa") != "rsa"
            || !tags.GetValueOrDefault("h", "sha256").Split(':').Contains("sha256"))
            return Finding.Fault(Name, place + " does not allow rsa-sha256 (its k= or h=)", Publish);
        return tags.GetValueOrDefault("t", "").Split(':').Contains("y")
            ? Finding.Warning(
            Name, place + " says that the domain only tests DKIM (t=y): receivers may ignore signatures",
            "take t=y out of the record")
            : Finding.Ok(Name, place + " holds the key that signs");
    }

    /// <summary>
    /// Tag lists of RFC 6376, section 3.2; white space counts nowhere in the tags that are looked at here.
    /// </summary>
    private static Dictionary<string, string> Tags(string record)
    {
        var tags = new Dictionary<string, string>();
        foreach (var tag in record.Split(';'))
        {
            if (tag.Split('=', 2) is [var name, var value])
                tags[name.Trim()] = string.Concat(value.Where(c => !char.IsWhiteSpace(c)));
        }

        return tags;
    }
}
