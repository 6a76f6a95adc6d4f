using System.Diagnostics;
using MailResponder.Doctor;

namespace MailResponder.Tests.Doctor;

/// <summary>
/// What rules printed by nft(8) do with a stranger's packet to port 25. nft itself prints each ruleset.
/// </summary>
public sealed class PacketFilterTests : IDisposable
{
    private const string Base = "chain in { type filter hook input priority 0; policy ";
    private const string Open = Base + "accept;";
    private const string Closed = Base + "drop; iif lo accept; ct state established,related accept;";
    private const string Table = "table inet f {";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("", "Accepted")]
    [InlineData($"{Table} {Open} }} }}", "Accepted")]
    [InlineData($"{Table} {Open} tcp dport 22 drop; }} }}", "Accepted")]
    [InlineData($"{Table} {Open} tcp dport 25 drop; }} }}", "Dropped")]
    [InlineData($"{Table} {Open} tcp dport {{ 22, 25 }} reject; }} }}", "Dropped")]
    [InlineData($"{Table} {Open} tcp dport 20-30 counter drop; }} }}", "Dropped")]
    [InlineData($"{Table} {Open} tcp dport != 22 drop; }} }}", "Dropped")]
    [InlineData($"{Table} {Open} udp dport 25 drop; }} }}", "Accepted")]
    [InlineData($"{Table} {Open} meta l4proto tcp drop; }} }}", "Dropped")]
    [InlineData($"table ip6 f {{ {Open} tcp dport 25 drop; }} }}", "Accepted")]
    [InlineData($"{Table} {Open} ip saddr 203.0.113.0/24 tcp dport 25 drop; }} }}", "Accepted")]
    [InlineData($"{Table} chain out {{ type filter hook output priority 0; policy drop; }} }}", "Accepted")]
    [InlineData($"{Table} {Closed} }} }}", "Dropped")]
    [InlineData($"{Table} {Closed} tcp dport {{ 22, 80-443 }} accept; }} }}", "Dropped")]
    [InlineData($"{Table} {Closed} tcp dport smtp accept; }} }}", "Accepted")]
    [InlineData($"{Table} {Closed} ct state new tcp dport 25 limit rate 100/second accept; }} }}", "Accepted")]
    [InlineData($"{Table} {Closed} iifname eth0 tcp dport 25 accept; }} }}", "Accepted")]
    [InlineData($"{Table} {Closed} ip saddr 10.0.0.0/8 accept; }} }}", "Dropped")]
    [InlineData($"{Table} {Closed} iifname eth0 accept; }} }}", "Unknown")]
    [InlineData($"{Table} set ports {{ type inet_service; elements = {{ 25, 587 }}; }} {Closed} tcp dport @ports "
        + $"accept; }} }}", "Accepted")]
    [InlineData($"{Table} set ports {{ type inet_service; elements = {{ 22 }}; }} {Closed} tcp dport @ports accept; "
        + $"}} }}", "Dropped")]
    [InlineData($"{Table} chain mail {{ tcp dport 25 accept; }} {Closed} jump mail; }} }}", "Accepted")]
    [InlineData($"{Table} chain mail {{ tcp dport 25 return; accept; }} {Closed} jump mail; }} }}", "Dropped")]
    [InlineData($"{Table} {Closed} tcp dport vmap {{ 22 : accept, 25 : accept }}; }} }}", "Accepted")]
    [InlineData($"{Table} {Open} ct state vmap {{ established : accept, new : drop }}; }} }}", "Dropped")]
    [InlineData($"{Table} {Open} tcp dport 25 accept; }} }} table inet g {{ {Closed} }} }}", "Dropped")]
    public void Ruleset_LetsStrangersIn(string rules, string expected)
    {
        var (verdict, filter) = PacketFilter.OfRuleset(InJson(rules), 25);
        Assert.Equal(expected, verdict.ToString());
        var isThere = rules.Contains("hook input", StringComparison.Ordinal)
            && !rules.Contains("ip6 f", StringComparison.Ordinal);
        Assert.Equal(isThere ? "nftables" : "", filter);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("""
        { "nftables": [ { "chain": { "family": "ip", "table": "f", "name": "in", "hook": "input" } },
          { "rule": { "family": "ip", "table": "f", "chain": "in" } } ] }
        """)]
    public void TextThatIsNotUnderstood_IsUnknown(string json) =>
        Assert.Equal(PacketVerdict.Unknown, PacketFilter.OfRuleset(json, 25).Verdict);

    /// <summary>
    /// Returns nft's JSON for the rules, loaded in a network namespace of its own so that nothing else is affected.
    /// </summary>
    private string InJson(string rules)
    {
        // nft requires the end of each statement and of each block on a separate line.
        var lines = rules.Replace("; }", "\n}\n").Replace(";", "\n").Replace("} chain", "}\nchain")
            .Replace("} table", "}\ntable");
        var file = _folder.Write("rules", lines + "\n");
        using var process = Process.Start(new ProcessStartInfo("unshare",
            ["--net", "sh", "-c", $"ip link set lo up; nft -f {file} && nft -j list ruleset"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var (output, errors) = (process.StandardOutput.ReadToEnd(), process.StandardError.ReadToEnd());
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, errors);
        return output;
    }
}
