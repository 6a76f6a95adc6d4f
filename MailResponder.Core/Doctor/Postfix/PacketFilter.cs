using System.Text.Json;

namespace MailResponder.Doctor;

/// <summary>
/// Evaluates the nftables rules, including those that iptables makes, for a stranger who connects by IPv4
/// (libnftables-json(5)). A condition that is not known here counts as true for some strangers only. A rule with such a
/// condition counts if it accepts the port, and is ignored if it drops.
/// </summary>
internal sealed class PacketFilter(JsonElement ruleset, int port)
{
    private static string[] OtherProtocols => ["udp", "icmp", "icmpv6", "ip6", "sctp", "dccp", "esp", "ah"];

    /// <summary>The chains, rules and sets, by the names "chain", "rule" and "set".</summary>
    private readonly ILookup<string, JsonElement> _items = ruleset.EnumerateArray()
        .SelectMany(item => item.EnumerateObject()).ToLookup(item => item.Name, item => item.Value);

    /// <summary>Whether a rule accepts some strangers without naming the port.</summary>
    private bool _acceptsSome;

    /// <returns>The verdict, and the name of the packet filter. The name is empty if the host has no rules.</returns>
    public static (PacketVerdict Verdict, string Filter) OfPort(Host host, int port)
    {
        if (host.Lines("/proc/net/ip_tables_names") is { Length: > 0 })
            return (PacketVerdict.Unknown, "iptables-legacy");
        var nft = host.Run("nft", "-j", "list", "ruleset");
        if (nft.IsInstalled)
            return nft.Succeeded ? OfRuleset(nft.Output, port) : (PacketVerdict.Unknown, "nftables");
        var iptables = host.Run("iptables", "-S", "INPUT");
        return !iptables.IsInstalled || iptables.Output.Trim() == "-P INPUT ACCEPT" ? (PacketVerdict.Accepted, "")
            : (PacketVerdict.Unknown, "iptables");
    }

    /// <param name="json">The output of <c>nft -j list ruleset</c>.</param>
    public static (PacketVerdict Verdict, string Filter) OfRuleset(string json, int port)
    {
        if (json.Trim().Length == 0)
            return (PacketVerdict.Accepted, "");
        try
        {
            using var document = JsonDocument.Parse(json);
            return new PacketFilter(document.RootElement.GetProperty("nftables"), port).Judge();
        }
        catch (Exception exception)
            when (exception is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            return (PacketVerdict.Unknown, "nftables");
        }
    }

    private (PacketVerdict, string) Judge()
    {
        var chains = _items["chain"].Where(chain =>
            Text(chain, "hook") is "input" or "prerouting" && Text(chain, "family") is "ip" or "inet").ToList();
        // A packet that one chain accepts goes on to the next chain. A drop is final.
        var verdicts = chains.ConvertAll(chain => OfChain(chain) ?? (
            Text(chain, "policy") != "drop" ? PacketVerdict.Accepted
            : _acceptsSome ? PacketVerdict.Unknown : PacketVerdict.Dropped));
        return (verdicts.Contains(PacketVerdict.Dropped) ? PacketVerdict.Dropped
            : verdicts.Contains(PacketVerdict.Unknown) ? PacketVerdict.Unknown : PacketVerdict.Accepted,
            chains.Count > 0 ? "nftables" : "");
    }

    /// <returns>Null if the packet reaches the end of the chain.</returns>
    private PacketVerdict? OfChain(JsonElement chain)
    {
        var name = Text(chain, "name");
        var verdict = _items["rule"].Where(rule => Text(rule, "chain") == name && IsSameTable(rule, chain))
            .Select(OfRule).FirstOrDefault(found => found is not null);
        return verdict == PacketVerdict.Returned ? null : verdict;
    }

    /// <returns>Null if the next rule decides.</returns>
    private PacketVerdict? OfRule(JsonElement rule)
    {
        var (isSure, namesPort, isForFew) = (true, false, false);
        var expressions = rule.GetProperty("expr").EnumerateArray();
        foreach (var statement in expressions.SelectMany(expression => expression.EnumerateObject()))
        {
            var (name, value) = (statement.Name, statement.Value);
            if (name == "match")
            {
                var left = value.GetProperty("left");
                var (field, holds) = (Field(left), IsIn(rule, left, value.GetProperty("right")));
                if (Text(value, "op") == "!=")
                    holds = !holds;
                if (holds == false)
                    return null;
                isSure &= holds == true;
                namesPort |= holds == true && field == "dport";
                isForFew |= field == "saddr";
                continue;
            }

            isSure &= !(name is "limit" or "xt" && Text(value, "type") != "target");
            var verdict = OfStatement(rule, name, value);
            // A verdict map, like tcp dport vmap { 25 : accept }.
            if (name == "vmap" && Pair(rule, value) is { } pair)
            {
                namesPort |= Field(value.GetProperty("key")) == "dport";
                verdict = OfStatement(rule, pair.Name, pair.Value);
            }

            if (verdict is null)
                continue;
            if (name == "vmap" || isSure || (verdict == PacketVerdict.Accepted && namesPort))
                return verdict;
            if (verdict == PacketVerdict.Returned)
                return null;
            _acceptsSome |= verdict == PacketVerdict.Accepted && !isForFew;
        }

        return null;
    }

    /// <returns>Null if the next statement decides.</returns>
    private PacketVerdict? OfStatement(JsonElement rule, string name, JsonElement value) => name switch
    {
        "accept" => PacketVerdict.Accepted,
        "drop" or "reject" => PacketVerdict.Dropped,
        // iptables has its own REJECT target. None of its other own targets decides anything.
        "xt" when Text(value, "name") == "REJECT" => PacketVerdict.Dropped,
        "jump" => OfTarget(rule, value),
        "goto" => OfTarget(rule, value) ?? PacketVerdict.Returned,
        "return" => PacketVerdict.Returned,
        _ => null,
    };

    /// <remarks>The recursion ends, because the kernel refuses chains that jump in a loop.</remarks>
    private PacketVerdict? OfTarget(JsonElement rule, JsonElement jump) =>
        Find("chain", Text(jump, "target"), rule).Select(OfChain).FirstOrDefault();

    private IEnumerable<JsonElement> Find(string kind, string? name, JsonElement rule) =>
        _items[kind].Where(item => Text(item, "name") == name && IsSameTable(item, rule));

    /// <returns>The map's entry for the packet. Null if there is none, or if that is not known here.</returns>
    private JsonProperty? Pair(JsonElement rule, JsonElement map)
    {
        var (key, data) = (map.GetProperty("key"), map.GetProperty("data"));
        if (data.ValueKind != JsonValueKind.Object || !data.TryGetProperty("set", out var pairs))
            return null;
        var found = pairs.EnumerateArray().FirstOrDefault(pair => pair.ValueKind == JsonValueKind.Array
            && pair.GetArrayLength() == 2 && IsIn(rule, key, pair[0]) == true);
        return found.ValueKind == JsonValueKind.Array ? found[1].EnumerateObject().First() : null;
    }

    /// <returns>Null if the condition holds for some strangers only, or is not known here.</returns>
    private bool? IsIn(JsonElement rule, JsonElement what, JsonElement values)
    {
        var answers = Each(rule, values).Select(value => IsOne(what, value)).ToList();
        return answers.Contains(true) ? true : answers.Contains(null) ? null : false;
    }

    /// <summary>Returns the values of a list, a set, a named set, or an element with a time limit.</summary>
    private IEnumerable<JsonElement> Each(JsonElement rule, JsonElement values)
    {
        if (values.ValueKind == JsonValueKind.Array)
            return values.EnumerateArray().SelectMany(value => Each(rule, value));
        var holder = values.ToString() is ['@', .. var name]
            ? Find("set", name, rule).DefaultIfEmpty(values).First() : values;
        return holder.ValueKind == JsonValueKind.Object && (holder.TryGetProperty("set", out var inner)
            || holder.TryGetProperty("elem", out inner) || holder.TryGetProperty("val", out inner))
            ? Each(rule, inner) : [values];
    }

    private bool? IsOne(JsonElement what, JsonElement value) => Field(what) switch
    {
        "dport" when Text(what, "payload", "protocol") is "tcp" or "th" => IsPort(value),
        "l4proto" or "protocol" => value.ToString() is "tcp" or "6",
        "iif" or "iifname" => value.ToString() == "lo" ? false : null,
        "nfproto" => value.ToString() == "ipv4",
        "state" => value.ToString() == "new",
        _ => Text(what, "payload", "protocol") is { } protocol && OtherProtocols.Contains(protocol) ? false : null,
    };

    private bool? IsPort(JsonElement value) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty("range", out var range)
            ? PortOf(range[0]) <= port && port <= PortOf(range[1])
            : PortOf(value) is { } found ? found == port : null;

    private static long? PortOf(JsonElement value) => value.ToString() is "smtp" ? 25 : value.ToString().AsNumber();

    /// <summary>Returns what a match tests: a header field, or the key of a meta or ct expression.</summary>
    private static string Field(JsonElement left) =>
        Text(left, "payload", "field") ?? Text(left, "meta", "key") ?? Text(left, "ct", "key") ?? "";

    private static bool IsSameTable(JsonElement one, JsonElement other) =>
        Text(one, "table") == Text(other, "table") && Text(one, "family") == Text(other, "family");

    /// <returns>Null if there is no such text.</returns>
    private static string? Text(JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
                return null;
        }

        return element.ValueKind == JsonValueKind.String ? element.GetString() : null;
    }
}

/// <summary>What a packet filter does with a stranger's first packet.</summary>
internal enum PacketVerdict
{
    Accepted,

    Dropped,

    /// <summary>The rules alone do not decide.</summary>
    Unknown,

    /// <summary>The rest of the chain is skipped. Never a final verdict.</summary>
    Returned,
}
