using System.Text;

namespace MailResponder.Doctor;

/// <summary>Asks the host's resolver with whatever tool the host has: dig, host, or resolvectl.</summary>
internal sealed class DnsLookup(Host host)
{
    private static readonly string[] Tools = ["dig", "host", "resolvectl"];

    /// <summary>The tool in use; null when the host has none.</summary>
    public string? Tool { get; } = Array.Find(Tools, host.Programs.Has);

    /// <param name="name">A domain name.</param>
    /// <param name="type">TXT, MX, A, AAAA or PTR.</param>
    public DnsAnswer Ask(string name, string type) => Tool switch
    {
        "dig" => OfDig(host.Run("dig", "+noall", "+comments", "+answer", "+time=3", "+tries=2", name + ".", type),
            type),
        "host" => OfHost(host.Run("host", "-W", "3", "-t", type, name + "."), type),
        "resolvectl" => OfResolvectl(host.Run("resolvectl", "--legend=no", "query", "--type=" + type, name), type),
        _ => new DnsAnswer(false, []),
    };

    /// <summary>The addresses of a host, of both kinds.</summary>
    public DnsAnswer Addresses(string name)
    {
        var (four, six) = (Ask(name, "A"), Ask(name, "AAAA"));
        return new DnsAnswer(four.Answered, [.. four.Records, .. six.Records]);
    }

    /// <summary>The names of an address.</summary>
    public DnsAnswer Names(System.Net.IPAddress address) =>
        Ask(Reversed(address) + (address.GetAddressBytes().Length == 4 ? ".in-addr.arpa" : ".ip6.arpa"), "PTR");

    /// <summary>An address as names of DNS have it: its bytes or digits from the last to the first.</summary>
    public static string Reversed(System.Net.IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        var labels = bytes.Length == 4
            ? Enumerable.Reverse(bytes).Select(part => part.ToString(System.Globalization.CultureInfo.InvariantCulture))
            : Enumerable.Reverse(Convert.ToHexStringLower(bytes)).Select(digit => digit.ToString());
        return string.Join('.', labels);
    }

    private static DnsAnswer OfDig(ProgramResult dig, string type)
    {
        var answered = dig.Succeeded && (dig.Output.Contains("status: NOERROR", StringComparison.Ordinal)
            || dig.Output.Contains("status: NXDOMAIN", StringComparison.Ordinal));
        // name ttl class type data
        return new DnsAnswer(answered, Data(dig.Lines.Where(line => line[0] != ';'), line =>
            line.Split((char[]?)null, 5, StringSplitOptions.RemoveEmptyEntries) is [_, _, _, var kind, var data]
                && kind == type ? data : null, type));
    }

    private static DnsAnswer OfHost(ProgramResult answer, string type)
    {
        var nothing = answer.Output.Contains("NXDOMAIN", StringComparison.Ordinal)
            || answer.Output.Contains("has no ", StringComparison.Ordinal);
        var phrase = type switch
        {
            "TXT" => " descriptive text ",
            "MX" => " mail is handled by ",
            "PTR" => " domain name pointer ",
            "AAAA" => " has IPv6 address ",
            _ => " has address ",
        };
        return new DnsAnswer(answer.Succeeded || nothing, Data(answer.Lines, line => After(line, phrase), type));
    }

    private static DnsAnswer OfResolvectl(ProgramResult answer, string type)
    {
        var nothing = answer.Errors.Contains("not found", StringComparison.Ordinal)
            || answer.Errors.Contains("does not have any RR", StringComparison.Ordinal);
        // The interface stands behind the data: name IN TXT "…"    -- link: eth0
        return new DnsAnswer(answer.Succeeded || nothing,
            Data(answer.Lines, line => After(line, $" IN {type} ")?.Split(" -- link:")[0].TrimEnd(), type));
    }

    private static string? After(string line, string phrase)
    {
        var at = line.IndexOf(phrase, StringComparison.Ordinal);
        return at < 0 ? null : line[(at + phrase.Length)..];
    }

    private static List<string> Data(IEnumerable<string> lines, Func<string, string?> dataOf, string type)
    {
        var records = new List<string>();
        foreach (var line in lines)
        {
            if (dataOf(line) is not { } data)
                continue;
            records.Add(type switch
            {
                "TXT" => JoinStrings(data),
                // The preference comes first.
                "MX" => data[(data.IndexOf(' ') + 1)..].Trim().ToLowerInvariant() is "." ? "."
                    : data[(data.IndexOf(' ') + 1)..].Trim().TrimEnd('.').ToLowerInvariant(),
                "PTR" => data.Trim().TrimEnd('.').ToLowerInvariant(),
                _ => data.Trim(),
            });
        }

        return records;
    }

    private static string JoinStrings(string data)
    {
        var text = new StringBuilder();
        var isInside = false;
        for (var i = 0; i < data.Length; i++)
        {
            if (data[i] == '"')
                isInside = !isInside;
            else if (isInside)
                text.Append(data[i] == '\\' && i + 1 < data.Length ? data[++i] : data[i]);
        }

        return text.ToString();
    }
}

/// <summary>What name servers said to one question.</summary>
/// <param name="Answered">False: nobody answered, or the server failed; then nothing is known.</param>
/// <param name="Records">
/// The records' data: TXT with its strings joined (RFC 7208, section 3.3), MX and PTR as host names in lower case
/// without a final dot, addresses as they are. Empty when the name has none. </param>
internal sealed record DnsAnswer(bool Answered, IReadOnlyList<string> Records);
