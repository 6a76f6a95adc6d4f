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
internal sealed class AuthenticationEvidence(string fromDomain)
{
    /// <summary>
    /// What a statement on a signature says of it. A strange one may come out of the signature's own domain.
    /// </summary>
    private static readonly string[] OfSignature =
        ["reason", "header.d", "header.i", "header.a", "header.s", "header.b"];

    private bool _dmarcPassed;
    private bool _dmarcFailed;
    private bool _dmarcAbsent;
    private bool _dmarcOpen;
    private bool _signed;
    private bool _unsigned;
    private bool _signatureOpen;
    private bool _senderPassed;
    private bool _senderDenied;
    private bool _senderOpen;

    /// <param name="headers">Of the message.</param>
    /// <param name="fromDomain">In the form of <see cref="MailDomain"/>.</param>
    /// <param name="authservId">The only name under which Authentication-Results are believed; null: none is.</param>
    public static AuthenticationVerdict Weigh(HeaderList headers, string fromDomain, string? authservId)
    {
        var evidence = new AuthenticationEvidence(fromDomain);
        if (authservId is null)
            return evidence.Verdict;
        foreach (var results in Written(headers, authservId))
        {
            foreach (var result in results.Results)
                evidence.Add(result);
        }

        return evidence.Verdict;
    }

    /// <summary>What the mail filters wrote under that name, a field each.</summary>
    public static IEnumerable<AuthenticationResults> Written(HeaderList headers, string authservId)
    {
        foreach (var header in headers)
        {
            // The raw value: in a decoded one, the text of an encoded word could pass for a statement.
            if (header.Field.Equals(AuthenticationResults.Field, StringComparison.OrdinalIgnoreCase)
                && AuthenticationResults.Read(header.RawValue) is { } results
                && results.AuthservId.Equals(authservId, StringComparison.OrdinalIgnoreCase))
            {
                yield return results;
            }
        }
    }

    private AuthenticationVerdict Verdict
    {
        get
        {
            var signed = _signed && !_unsigned;
            var sender = _senderPassed && !_senderDenied;
            var proven = _dmarcFailed ? Proof.None
                : signed || (_dmarcPassed && !_dmarcAbsent) ? Proof.Full
                : sender ? Proof.Weak
                : Proof.None;
            // DMARC counts SPF as much as a signature. It fails when one of its look-ups failed.
            var mayBeFull = _signatureOpen || (_dmarcFailed ? _senderOpen : _dmarcOpen);
            var possible = mayBeFull ? Proof.Full : _senderOpen && !_dmarcFailed ? Proof.Weak : Proof.None;
            return new AuthenticationVerdict(proven, possible > proven ? possible : proven);
        }
    }

    private void Add(AuthenticationResult result)
    {
        switch (result.Method)
        {
            case "dmarc":
                AddDmarc(result);
                break;
            case "dkim":
                AddSignature(result);
                break;
            case "spf":
                AddSender(result);
                break;
        }
    }

    private void AddDmarc(AuthenticationResult result)
    {
        switch (result.Result)
        {
            case "pass":
                _dmarcPassed |= result.Domain("header.from") == fromDomain;
                break;
            case "temperror":
                _dmarcOpen = true;
                break;
            case "none":
                _dmarcAbsent = true;
                break;
            case "fail":
                _dmarcFailed = true;
                break;
        }
    }

    private void AddSignature(AuthenticationResult result)
    {
        var domain = DomainOfSignature(result);
        switch (result.Result)
        {
            case "pass":
                _signed |= domain is not null && IsAligned(domain);
                break;
            case "temperror":
                _signatureOpen |= domain is null || IsAligned(domain);
                break;
            case "none":
                _unsigned = true;
                break;
        }
    }

    /// <summary>
    /// Only the envelope sender counts. The HELO name stands for the null sender, which is never answered.
    /// </summary>
    private void AddSender(AuthenticationResult result)
    {
        const string sender = "smtp.mailfrom";
        if (!result.Properties.ContainsKey(sender))
            return;
        var isAligned = result.Domain(sender) is { } domain && IsAligned(domain);
        if (isAligned && result.Result == "pass")
            _senderPassed = true;
        else if (isAligned && result.Result == "temperror")
            _senderOpen = true;
        else
            _senderDenied = true;
    }

    /// <summary>Null when it does not say, or says it in more than one way.</summary>
    private static string? DomainOfSignature(AuthenticationResult result)
    {
        foreach (var property in result.Properties.Keys)
        {
            if (!OfSignature.Contains(property))
                return null;
        }

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
    private bool IsAligned(string domain) =>
        MailDomain.IsWithin(domain, [fromDomain]) || MailDomain.IsWithin(fromDomain, [domain]);
}
