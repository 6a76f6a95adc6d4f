using System.Text.Json.Serialization;
using MailResponder.Addresses;
using MailResponder.Reply.Dkim;
using MailResponder.Settings;
using MimeKit;
using MimeKit.Cryptography;
using Org.BouncyCastle.Crypto;

namespace MailResponder.Canary;

/// <summary>Verifies the signatures of replies with the keys in DNS, as receivers do (RFC 6376, section 6).</summary>
/// <param name="settings">Whose signature counts.</param>
/// <param name="textRecords">The TXT records of a name; null when the resolver does not answer.</param>
internal sealed class SignatureCheck(
    ResponderSettings settings, Func<string, IReadOnlyList<string>?> textRecords)
{
    /// <summary>The best result of all signatures that are in our name.</summary>
    public SignatureResult Of(MimeMessage message) => message.Headers
        .Where(header => header.Id == HeaderId.DkimSignature && IsOurs(header))
        .Select(header => Of(message, header)).DefaultIfEmpty(SignatureResult.None).Min();

    /// <summary>What is wrong with a result; null: nothing is.</summary>
    public string? ProblemOf(SignatureResult? result) => result switch
    {
        SignatureResult.DnsSilent => "no signature verified: the resolver does not answer",
        SignatureResult.WrongKey => "DNS has another DKIM key than the one that signs",
        SignatureResult.NoKey => "DNS has no DKIM key for a signature",
        SignatureResult.Broken => "a signature is not valid: the reply was changed on its way, or DNS has another key",
        SignatureResult.None when settings.Dkim is not null || settings.Ses is not null =>
            "a reply has no signature in our name",
        _ => null,
    };

    private SignatureResult Of(MimeMessage message, Header signature)
    {
        var inDns = new PublishedKeys(textRecords);
        if (IsValid(message, signature, inDns))
            return SignatureResult.Pass;
        return inDns.Problem ?? (settings.Dkim is { } dkim && IsValid(message, signature, new OwnKey(dkim))
            ? SignatureResult.WrongKey : SignatureResult.Broken);
    }

    private static bool IsValid(MimeMessage message, Header signature, IDkimPublicKeyLocator keys)
    {
        try
        {
            return new DkimVerifier(keys).Verify(message, signature);
        }
        catch (Exception exception) when (exception is ParseException or FormatException or ArgumentException
            or InvalidOperationException or NotSupportedException or CryptoException)
        {
            // The signature or the key is none.
            return false;
        }
    }

    /// <summary>Of the domain of the settings; without one, SES signs for the domain that replies come from.</summary>
    private bool IsOurs(Header signature)
    {
        var domain = signature.Value.Split(';').Select(tag => tag.Split('=', 2))
            .Where(tag => tag is [var name, _] && name.Trim() == "d").Select(tag => tag[1].Trim()).FirstOrDefault();
        var ours = settings.Dkim?.Domain ?? settings.ResponseAddress[(settings.ResponseAddress.LastIndexOf('@') + 1)..];
        return domain is not null && (settings.Dkim is null
            ? MailDomain.IsWithin(ours.ToLowerInvariant(), [domain.ToLowerInvariant()])
            : domain.Equals(ours, StringComparison.OrdinalIgnoreCase));
    }

    private sealed class PublishedKeys(Func<string, IReadOnlyList<string>?> textRecords) : DkimPublicKeyLocatorBase
    {
        /// <summary>Null when there was a key.</summary>
        public SignatureResult? Problem { get; private set; }

        public override AsymmetricKeyParameter LocatePublicKey(
            string methods, string domain, string selector, CancellationToken cancellationToken = default)
        {
            var records = textRecords($"{selector}._domainkey.{domain}");
            if (records is [var record, ..])
                return GetPublicKey(record);
            Problem = records is null ? SignatureResult.DnsSilent : SignatureResult.NoKey;
            throw new InvalidOperationException();
        }

        public override Task<AsymmetricKeyParameter> LocatePublicKeyAsync(
            string methods, string domain, string selector, CancellationToken cancellationToken = default) =>
            Task.FromResult(LocatePublicKey(methods, domain, selector, cancellationToken));
    }

    /// <summary>The key that signs here, in place of that in DNS.</summary>
    private sealed class OwnKey(DkimSettings dkim) : DkimPublicKeyLocatorBase
    {
        public override AsymmetricKeyParameter LocatePublicKey(
            string methods, string domain, string selector, CancellationToken cancellationToken = default) =>
            GetPublicKey("v=DKIM1; k=rsa; p=" + DkimRecord.PublicKey(DkimKey.Load(dkim)).Base64);

        public override Task<AsymmetricKeyParameter> LocatePublicKeyAsync(
            string methods, string domain, string selector, CancellationToken cancellationToken = default) =>
            Task.FromResult(LocatePublicKey(methods, domain, selector, cancellationToken));
    }
}

/// <summary>How a signature was found, from good to bad.</summary>
internal enum SignatureResult
{
    [JsonStringEnumMemberName("pass")]
    Pass,

    /// <summary>Nobody knows: the resolver did not answer.</summary>
    [JsonStringEnumMemberName("dns-silent")]
    DnsSilent,

    /// <summary>It was made with the key of this host, and DNS has another one.</summary>
    [JsonStringEnumMemberName("wrong-key")]
    WrongKey,

    /// <summary>DNS has no key.</summary>
    [JsonStringEnumMemberName("no-key")]
    NoKey,

    /// <summary>The reply was changed on its way, or the key is nobody's.</summary>
    [JsonStringEnumMemberName("broken")]
    Broken,

    /// <summary>The reply has no signature in our name.</summary>
    [JsonStringEnumMemberName("none")]
    None,
}
