using System.Text.Json.Serialization;
using MailResponder.Addresses;
using MailResponder.Settings;

namespace MailResponder.PostfixLog;

/// <summary>The number of replies to one mail provider, by what became of them.</summary>
/// <param name="Provider">
/// The provider's domain. <see cref="Others"/> for all providers that are not in limits.large_domains or have too few
/// replies to be shown.
/// </param>
/// <param name="Sent">Replies that the next host accepted, and that no later report says have bounced.</param>
/// <param name="Deferred">Replies that the last delivery attempt deferred and that are still in the queue.</param>
/// <param name="Bounced">Replies that were refused permanently or expired in the queue.</param>
/// <param name="Waiting">
/// Replies without a delivery attempt. Postfix logs the recipient with the first attempt, so until then the reply
/// counts for <see cref="Others"/>.
/// </param>
/// <param name="Complained">Replies that their recipients reported as spam. They count as sent too.</param>
/// <param name="WithoutTls">
/// Replies that were not sent because the provider offered no TLS or had the wrong certificate. They count as deferred
/// or bounced too.
/// </param>
/// <param name="Reported">
/// Replies that SES reported as bounced or delayed, while it reports no deliveries. They are counted nowhere else and
/// are no sign of refusal, because nobody knows of how many replies they are a share.
/// </param>
internal sealed record ProviderOutcomes(
    string Provider, long Sent, long Deferred, long Bounced, long Waiting, long Complained, long WithoutTls = 0,
    long Reported = 0)
{
    public const string Others = "others";

    /// <summary>The smallest number of replies, or of mails, that is evidence of a problem.</summary>
    public const int FewestRefused = 5;

    /// <summary>The smallest share that is evidence of a problem.</summary>
    public const double LargeShare = 0.2;

    [JsonIgnore]
    public long Total => Tried + Waiting + Reported;

    /// <summary>Replies that were attempted, without those of which only failures are reported.</summary>
    [JsonIgnore]
    public long Tried => Sent + Deferred + Bounced;

    /// <summary>The share, from 0 to 1, of the attempted replies that the provider did not accept.</summary>
    public double RefusedShare => Tried == 0 ? 0 : (double)(Deferred + Bounced) / Tried;

    /// <summary>
    /// Whether the provider accepted so few replies that it may be refusing this host. Requests forged with addresses
    /// that do not exist also cause bounces, but rarely this many.
    /// </summary>
    [JsonIgnore]
    public bool IsRefusing => Deferred + Bounced >= FewestRefused && RefusedShare >= LargeShare;

    /// <summary>Whether too many replies failed for lack of TLS for this to be one small server.</summary>
    [JsonIgnore]
    public bool IsWithoutTls => WithoutTls >= FewestRefused;

    /// <summary>
    /// Returns the domain of a large provider. Null for any other domain: a small one may belong to one person, whose
    /// request would be visible.
    /// </summary>
    /// <param name="address">The address of a reply's recipient.</param>
    /// <param name="settings">The settings, which name the large domains (limits.large_domains).</param>
    public static string? NameOf(ReadOnlySpan<char> address, ResponderSettings settings) =>
        MailDomain.TryNormalize(MailDomain.Of(address.ToString()), out var domain)
            ? MailDomain.Above(domain, settings.Limits.LargeDomains) : null;

    public (string Outcome, long Count)[] Counts() =>
    [
        ("sent", Sent), ("deferred", Deferred), ("bounced", Bounced), ("waiting", Waiting), ("complained", Complained),
        ("without_tls", WithoutTls), ("reported", Reported),
    ];

    /// <summary>Returns the counts in words, without those that are zero.</summary>
    public override string ToString()
    {
        var shown = string.Join(", ", Counts().Where(one => one.Count > 0)
            .Select(one => $"{one.Count:#,0} {one.Outcome}"));
        return shown.Length == 0 ? "none" : shown.Replace("complained", "complained about", StringComparison.Ordinal)
            .Replace("without_tls", "for want of TLS", StringComparison.Ordinal)
            .Replace("reported", "reported as not delivered", StringComparison.Ordinal);
    }

    /// <summary>
    /// Returns the outcomes with the largest provider first. Providers with fewer replies than the threshold are merged
    /// as "others". More are merged until "others" reaches the threshold too, so that no single reply is visible.
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
        all.Sum(one => one.Waiting), all.Sum(one => one.Complained), all.Sum(one => one.WithoutTls),
        all.Sum(one => one.Reported));
}
