using MailResponder.Addresses;
using MailResponder.Settings;
using MimeKit;

namespace MailResponder.Incoming.Authentication;

/// <summary>
/// What this host's mail filters found out about the From domain, from all their Authentication-Results fields. If they
/// contradict each other, the less favorable result counts:
/// <list type="bullet">
/// <item>A dmarc=fail overrides a signature that passed: the owner of the domain decides what counts, for example by
/// strict alignment. A dmarc=none cancels a dmarc=pass: one of the two is not from our filters.</item>
/// <item>A dkim=none cancels a dkim=pass. A dkim=fail does not: messages may carry several signatures.</item>
/// <item>A second SPF result that is not spf=pass for the domain cancels the first.</item>
/// </list>
/// </summary>
internal static class AuthenticationEvidence
{
    /// <summary>
    /// Only the envelope sender counts. SPF uses the HELO name for the null sender, which is never answered.
    /// </summary>
    private const string Sender = "smtp.mailfrom";

    /// <summary>
    /// The properties that a statement about a signature may have. Any other one may come from the text of the
    /// signature's own domain.
    /// </summary>
    private static readonly string[] OfSignature =
        ["reason", "header.d", "header.i", "header.a", "header.s", "header.b"];

    /// <summary>What a statement proves about the From domain. "Open" means that a look-up failed.</summary>
    [Flags]
    private enum Seen
    {
        Nothing = 0,
        DmarcPassed = 1,
        DmarcFailed = 1 << 1,
        DmarcAbsent = 1 << 2,
        DmarcOpen = 1 << 3,
        Signed = 1 << 4,
        Unsigned = 1 << 5,
        SignatureOpen = 1 << 6,
        SenderPassed = 1 << 7,
        SenderDenied = 1 << 8,
        SenderOpen = 1 << 9,
    }

    /// <summary>Returns how much is proven, and how much might be proven if no look-up had failed.</summary>
    /// <param name="headers">The header of the message.</param>
    /// <param name="fromDomain">The domain in From, as <see cref="MailDomain.TryNormalize"/> returns it.</param>
    /// <param name="authservId">
    /// The only name under which Authentication-Results are believed; null if none are.
    /// </param>
    public static AuthenticationVerdict Weigh(HeaderList headers, string fromDomain, string? authservId)
    {
        var seen = Seen.Nothing;
        foreach (var results in Written(headers, authservId))
        {
            foreach (var result in results.Results)
                seen |= Meaning(result, fromDomain);
        }

        bool Has(Seen evidence) => (seen & evidence) != 0;
        var isFailed = Has(Seen.DmarcFailed);
        var proven = isFailed ? Proof.None
            : Has(Seen.Signed) && !Has(Seen.Unsigned) ? Proof.Full
            : Has(Seen.DmarcPassed) && !Has(Seen.DmarcAbsent) ? Proof.Full
            : Has(Seen.SenderPassed) && !Has(Seen.SenderDenied) ? Proof.Weak
            : Proof.None;
        // DMARC counts SPF as much as a signature. It may have failed because one of its look-ups failed.
        var mayBeFull = Has(Seen.SignatureOpen) || Has(isFailed ? Seen.SenderOpen : Seen.DmarcOpen);
        var possible = mayBeFull ? Proof.Full : Has(Seen.SenderOpen) && !isFailed ? Proof.Weak : Proof.None;
        return new AuthenticationVerdict(proven, possible > proven ? possible : proven);
    }

    /// <summary>Returns the fields that the mail filters wrote under this name; none if the name is null.</summary>
    public static IEnumerable<AuthenticationResults> Written(HeaderList headers, string? authservId)
    {
        foreach (var header in headers)
        {
            // The raw value is read. In the decoded value, the text of an encoded word could pass for a statement.
            if (authservId is not null
                && header.Field.Equals(AuthenticationResults.Field, StringComparison.OrdinalIgnoreCase)
                && AuthenticationResults.Read(header.RawValue) is { } results
                && results.AuthservId.Equals(authservId, StringComparison.OrdinalIgnoreCase))
            {
                yield return results;
            }
        }
    }

    private static Seen Meaning(AuthenticationResult result, string fromDomain) => (result.Method, result.Result) switch
    {
        ("dmarc", "pass") when result.Domain("header.from") == fromDomain => Seen.DmarcPassed,
        ("dmarc", "fail") => Seen.DmarcFailed,
        ("dmarc", "none") => Seen.DmarcAbsent,
        ("dmarc", "temperror") => Seen.DmarcOpen,
        ("dkim", "pass") when DomainOfSignature(result) is { } signer && AreAligned(signer, fromDomain) => Seen.Signed,
        ("dkim", "none") => Seen.Unsigned,
        ("dkim", "temperror") when DomainOfSignature(result) is not { } signer || AreAligned(signer, fromDomain) =>
            Seen.SignatureOpen,
        ("spf", var found) when result.Properties.ContainsKey(Sender) =>
            found is not ("pass" or "temperror") || result.Domain(Sender) is not { } domain
                || !AreAligned(domain, fromDomain) ? Seen.SenderDenied
            : found == "pass" ? Seen.SenderPassed : Seen.SenderOpen,
        _ => Seen.Nothing,
    };

    /// <summary>
    /// Returns the domain that signed; null if the statement does not give it, gives it in conflicting ways, or has an
    /// unknown property.
    /// </summary>
    private static string? DomainOfSignature(AuthenticationResult result)
    {
        if (result.Properties.Keys.Except(OfSignature).Any())
            return null;
        var (signer, identity) = (result.Domain("header.d"), result.Domain("header.i"));
        if (signer is null)
            return result.Properties.ContainsKey("header.d") ? null : identity;
        // The identity is within the domain (RFC 6376, section 3.5).
        return !result.Properties.ContainsKey("header.i")
            || (identity is not null && MailDomain.IsWithin(identity, [signer]))
            ? signer
            : null;
    }

    /// <summary>
    /// Whether the domains are the same, or one is below the other. This is DMARC's relaxed alignment (RFC 7489,
    /// section 3.1), as far as it can be told without a list of public suffixes. A domain above From has the same
    /// owner, unless it is a public suffix that signs mail itself. A domain below From belongs to From, unless From is
    /// a suffix that hands out names; such a suffix publishes a DMARC record, or has no users who could be harmed.
    /// Sibling domains are left to the DMARC verdict.
    /// </summary>
    private static bool AreAligned(string domain, string fromDomain) =>
        MailDomain.IsWithin(domain, [fromDomain]) || MailDomain.IsWithin(fromDomain, [domain]);
}
