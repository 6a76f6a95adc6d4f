using MailResponder.Reply;
using MailResponder.Settings;

namespace MailResponder.Doctor;

/// <summary>The published signing key against the one that signs (RFC 6376, section 3.6.1).</summary>
internal static class DkimDnsCheck
{
    private const string Name = "dkim-dns";
    private const string Publish = "publish what this prints: responder dkim record";

    public static IEnumerable<Finding> Look(DnsLookup dns, DkimSettings dkim)
    {
        string key;
        int bits;
        try
        {
            (key, bits) = DkimRecord.PublicKey(dkim);
        }
        catch (ResponderException)
        {
            // `keys` tells what is wrong with it.
            yield break;
        }

        yield return bits < 1024 ? Finding.Fault("dkim-key", $"{dkim.KeyFile} has {bits} bits; receivers ignore signatures below 1024", "make a new one under another selector: responder dkim keygen")
            : bits < 2048 ? Finding.Warning("dkim-key", $"{dkim.KeyFile} has only {bits} bits", "make a new one under another selector: responder dkim keygen")
            : Finding.Ok("dkim-key", bits.Count("bit"));
        yield return Record(dns.Ask($"{dkim.Selector}._domainkey.{dkim.Domain}", "TXT"), $"{dkim.Selector}._domainkey.{dkim.Domain}", key);
    }

    private static Finding Record(DnsAnswer answer, string place, string key)
    {
        if (!answer.Answered)
            return Finding.Warning(Name, $"{place}: the resolver does not answer", "look at /etc/resolv.conf and the network; then run it again");
        if (answer.Records.Count == 0)
            return Finding.Fault(Name, place + " does not exist: no signature of ours is valid", Publish);
        if (answer.Records.Count > 1)
            return Finding.Fault(Name, $"{place} has {answer.Records.Count} TXT records; which one counts is undefined", "keep the one that responder dkim record prints");
        var tags = Tags(answer.Records[0]);
        if (!tags.TryGetValue("p", out var published) || tags.GetValueOrDefault("v", "DKIM1") != "DKIM1")
            return Finding.Fault(Name, place + " is no DKIM record: it has no v=DKIM1 or no p=", Publish);
        if (published.Length == 0)
            return Finding.Fault(Name, place + " says that the key is revoked (an empty p=)", "sign with another selector, or " + Publish);
        if (published != key && key.StartsWith(published, StringComparison.Ordinal))
            return Finding.Fault(Name, $"{place} is cut short: {published.Length} of {key.Length} characters of the key. A record of over 255 characters needs several strings", Publish);
        if (published != key)
            return Finding.Fault(Name, place + " holds another key than the one that signs", Publish);
        if (tags.GetValueOrDefault("k", "rsa") != "rsa" || !tags.GetValueOrDefault("h", "sha256").Split(':').Contains("sha256"))
            return Finding.Fault(Name, place + " does not allow rsa-sha256 (its k= or h=)", Publish);
        return tags.GetValueOrDefault("t", "").Split(':').Contains("y")
            ? Finding.Warning(Name, place + " says that the domain only tests DKIM (t=y): receivers may ignore signatures", "take t=y out of the record")
            : Finding.Ok(Name, place + " holds the key that signs");
    }

    /// <summary>Tag lists of RFC 6376, section 3.2; white space counts nowhere in the tags that are looked at here.</summary>
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
