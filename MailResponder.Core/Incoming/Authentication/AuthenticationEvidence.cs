using MailResponder.Addresses;
using MailResponder.Settings;
using MimeKit;

namespace MailResponder.Incoming.Authentication;

/// <summary>
/// What the mail filters of this host found out about the From domain, all of their Authentication-Results together.
/// Where these contradict each other, the less favourable one counts:
/// <list type="bullet">
/// <item>dmarc=fail wins over a signature that passed: the owner of the domain decides what counts, for example by
/// strict alignment. A dmarc=none cancels a dmarc=pass: one of the two is not from our filters.</item>
/// <item>A dkim=none cancels a dkim=pass. A dkim=fail does not: messages may carry several signatures.</item>
/// <item>A second SPF result that is not spf=pass for the domain cancels the first.</item>
/// </list>
/// </summary>
internal static class AuthenticationEvidence
{
    /// <summary>Only the envelope sender counts. The HELO name stands for the null sender, never answered.</summary>
    private const string Sender = "smtp.mailfrom";

    /// <summary>
    /// What a statement on a signature says of it. A strange one may come out of the signature's own domain.
    /// </summary>
    private static readonly string[] OfSignature =
        ["reason", "header.d", "header.i", "header.a", "header.s", "header.b"];

    /// <summary>What a statement proves of the From domain; "open": a look-up failed.</summary>
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

    /// <param name="headers">Of the message.</param>
    /// <param name="fromDomain">In the form of <see cref="MailDomain"/>.</param>
    /// <param name="authservId">The only name under which Authentication-Results are believed; null: none is.</param>
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
        // DMARC counts SPF as much as a signature. It fails when one of its look-ups failed.
        var mayBeFull = Has(Seen.SignatureOpen) || Has(isFailed ? Seen.SenderOpen : Seen.DmarcOpen);
        var possible = mayBeFull ? Proof.Full : Has(Seen.SenderOpen) && !isFailed ? Proof.Weak : Proof.None;
        return new AuthenticationVerdict(proven, possible > proven ? possible : proven);
    }

    /// <summary>What the mail filters wrote under that name, a field each; nothing where there is none.</summary>
    public static IEnumerable<AuthenticationResults> Written(HeaderList headers, string? authservId)
    {
        foreach (var header in headers)
        {
            // The raw value: in a decoded one, the text of an encoded word could pass for a statement.
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

    /// <summary>Null when it does not say, or says it in more than one way.</summary>
    private static string? DomainOfSignature(AuthenticationResult result)
    {
        if (result.Properties.Keys.Except(OfSignature).Any())
            return null;
        var (signer, identity) = (result.Domain("header.d"), result.Domain("header.i"));
        if (signer is null)
            return result.Properties.ContainsKey("header.d") ? null : identity;
        // The identity lies within the domain (RFC 6376, section 3.5).
        return !result.Properties.ContainsKey("header.i")
            || (identity is not null && MailDomain.IsWithin(identity, [signer]))
            ? signer
            : null;
    }

    /// <summary>
    /// The same domain, or one below the other: DMARC's relaxed alignment (RFC 7489, section 3.1) as far as it can be
    /// told without a list of public suffixes. A domain above From could only be a suffix's own signature, and what is
    /// below From belongs to it, unless From is itself a suffix that hands out names: such a domain publishes a DMARC
    /// record, or has no users who could be harmed. Two domains side by side are left to the DMARC verdict.
    /// </summary>
    private static bool AreAligned(string domain, string fromDomain) =>
        MailDomain.IsWithin(domain, [fromDomain]) || MailDomain.IsWithin(fromDomain, [domain]);
}
