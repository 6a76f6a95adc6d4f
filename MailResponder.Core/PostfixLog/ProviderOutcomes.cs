using System.Text.Json.Serialization;
using MailResponder.Addresses;
using MailResponder.Settings;

namespace MailResponder.PostfixLog;

/// <summary>What became of the replies to people who have their mail with one provider.</summary>
/// <param name="Provider">
/// Its domain; <see cref="Others"/> for all that are not known as large, or too few to show.
/// </param>
/// <param name="Sent">The next host took them, and no later report says otherwise.</param>
/// <param name="Deferred">Deferred at the last try, and not given up.</param>
/// <param name="Bounced">Refused for good, or given up.</param>
/// <param name="Waiting">
/// Not tried yet. Postfix logs the recipient with the first try; until then they are with the others.
/// </param>
/// <param name="Complained">Reported as spam by their recipients; they count as sent too.</param>
/// <param name="WithoutTls">
/// Not sent, because the provider offered no TLS or its certificate was not the right one; they count as deferred or
/// bounced too.
/// </param>
internal sealed record ProviderOutcomes(
    string Provider, long Sent, long Deferred, long Bounced, long Waiting, long Complained, long WithoutTls = 0)
{
    public const string Others = "others";

    /// <summary>Fewer prove nothing.</summary>
    private const int FewestRefused = 5;

    [JsonIgnore]
    public long Total => Sent + Deferred + Bounced + Waiting;

    /// <summary>The share of the tried ones that the provider did not take, 0 to 1.</summary>
    public double RefusedShare =>
        Sent + Deferred + Bounced is > 0 and var tried ? (double)(Deferred + Bounced) / tried : 0;

    /// <summary>
    /// Whether so many were not taken that the provider may refuse this host. Forged requests of people who do not
    /// exist make bounces too, but seldom that many.
    /// </summary>
    [JsonIgnore]
    public bool IsRefusing => Deferred + Bounced >= FewestRefused && RefusedShare >= 0.2;

    /// <summary>Whether so many could not be encrypted that it is not one small server.</summary>
    [JsonIgnore]
    public bool IsWithoutTls => WithoutTls >= FewestRefused;

    /// <summary>
    /// The large provider's domain. Null for any other: a small domain may have one person, whose request would show.
    /// </summary>
    /// <param name="address">Of a reply's recipient.</param>
    /// <param name="settings">Name the large domains (limits.large_domains).</param>
    public static string? NameOf(ReadOnlySpan<char> address, ResponderSettings settings) =>
        MailDomain.TryNormalize(MailDomain.Of(address.ToString()), out var domain)
            ? MailDomain.Above(domain, settings.Limits.LargeDomains) : null;

    public (string Outcome, long Count)[] Counts() =>
    [
        ("sent", Sent), ("deferred", Deferred), ("bounced", Bounced), ("waiting", Waiting), ("complained", Complained),
        ("without_tls", WithoutTls),
    ];

    /// <summary>In words, without what is zero.</summary>
    public override string ToString()
    {
        var shown = string.Join(", ", Counts().Where(one => one.Count > 0)
            .Select(one => $"{one.Count:#,0} {one.Outcome}"));
        return shown.Length == 0 ? "none" : shown.Replace("complained", "complained of", StringComparison.Ordinal)
            .Replace("without_tls", "for want of TLS", StringComparison.Ordinal);
    }

    /// <summary>
    /// The most frequent first; those with fewer replies than the threshold together as "others", which are merged with
    /// more until they reach it too, so that nobody's reply shows.
    /// </summary>
    public static IReadOnlyList<ProviderOutcomes> Merged(IEnumerable<ProviderOutcomes> all, int threshold)
    {
        var byProvider = all.ToLookup(one => one.Provider);
        var sorted = byProvider.Where(one => one.Key != Others).Select(one => Sum(one.Key, one))
            .OrderByDescending(one => one.Total).ThenBy(one => one.Provider, StringComparer.Ordinal).ToList();
        var shown = sorted.Count(one => one.Total >= threshold);
        var others = Sum(Others, byProvider[Others].Concat(sorted.Skip(shown)));
        while (others.Total > 0 && others.Total < threshold && shown > 0)
            others = Sum(Others, [others, sorted[--shown]]);
        return others.Total > 0 ? [.. sorted.Take(shown), others] : sorted[..shown];
    }

    private static ProviderOutcomes Sum(string provider, IEnumerable<ProviderOutcomes> all) => new(provider,
        all.Sum(one => one.Sent), all.Sum(one => one.Deferred), all.Sum(one => one.Bounced),
        all.Sum(one => one.Waiting), all.Sum(one => one.Complained), all.Sum(one => one.WithoutTls));
}
