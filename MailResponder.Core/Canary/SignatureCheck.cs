using System.Security.Cryptography;
using MailResponder.Addresses;
using MailResponder.Reply.Dkim;
using MailResponder.Settings;
using MimeKit;
using MimeKit.Cryptography;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Parameters;
using BigInteger = Org.BouncyCastle.Math.BigInteger;

namespace MailResponder.Canary;

/// <summary>Verifies the signatures of replies with the keys in DNS, as receivers do (RFC 6376, section 6).</summary>
/// <param name="settings">The settings, which say whose signatures count.</param>
/// <param name="textRecords">Returns the TXT records of a name; null if the resolver does not answer.</param>
internal sealed class SignatureCheck(
    ResponderSettings settings, Func<string, IReadOnlyList<string>?> textRecords)
{
    /// <summary>Returns the best result among the signatures of our domain.</summary>
    public SignatureResult Of(MimeMessage message) => message.Headers
        .Where(header => header.Id == HeaderId.DkimSignature && IsOurs(header))
        .Select(header => Of(message, header)).DefaultIfEmpty(SignatureResult.None).Min();

    /// <summary>Returns what is wrong, in words. Null if nothing is.</summary>
    public string? ProblemOf(SignatureResult? result) => result switch
    {
        SignatureResult.DnsSilent => "no signature verified: the resolver does not answer",
        SignatureResult.WrongKey => "the DKIM key in DNS is not the one that signs",
        SignatureResult.NoKey => "DNS has no DKIM key for a signature",
        SignatureResult.Broken => "a signature is not valid: the reply was changed on its way, or DNS has another key",
        SignatureResult.None when settings.Dkim is not null || settings.Ses is not null =>
            "a reply has no signature of our domain",
        _ => null,
    };

    private SignatureResult Of(MimeMessage message, Header signature)
    {
        SignatureResult? problem = null;
        string? InDns(string name)
        {
            var records = textRecords(name);
            if (records is [var first, ..])
                return first;
            problem = records is null ? SignatureResult.DnsSilent : SignatureResult.NoKey;
            return null;
        }

        if (IsValid(message, signature, InDns))
            return SignatureResult.Pass;
        return problem ?? (settings.Dkim is { } dkim
            && IsValid(message, signature, _ => "p=" + DkimRecord.PublicKey(DkimKey.Load(dkim)).Base64)
                ? SignatureResult.WrongKey : SignatureResult.Broken);
    }

    private static bool IsValid(MimeMessage message, Header signature, Func<string, string?> record)
    {
        try
        {
            return new DkimVerifier(new RsaKeys(record)).Verify(message, signature);
        }
        catch (Exception exception) when (exception is ParseException or FormatException or ArgumentException
            or InvalidOperationException or NotSupportedException or CryptoException or CryptographicException)
        {
            // The signature or the key is malformed.
            return false;
        }
    }

    /// <summary>
    /// Whether a signature counts: it is for the domain in the settings. Without a DKIM key, SES signs for the domain
    /// of the response address or a domain above it.
    /// </summary>
    private bool IsOurs(Header signature)
    {
        var domain = Tag(signature.Value, "d");
        var ours = settings.Dkim?.Domain ?? MailDomain.Of(settings.ResponseAddress);
        return domain is not null && (settings.Dkim is null
            ? MailDomain.IsWithin(ours.ToLowerInvariant(), [domain.ToLowerInvariant()])
            : domain.Equals(ours, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>
    /// Returns the value of a tag in a tag list (RFC 6376, section 3.2). Null if the list does not have the tag.
    /// </summary>
    private static string? Tag(string? list, string name) => list?.Split(';').Select(tag => tag.Split('=', 2))
        .FirstOrDefault(tag => tag is [var before, _] && before.Trim() == name)?[1].Trim();

    /// <summary>
    /// Reads RSA keys, the only kind the responder signs with. MimeKit's own reader would link in all other kinds:
    /// megabytes of code, and 3 % more instructions for each message.
    /// </summary>
    /// <param name="record">Returns the DKIM record of a name; null if there is none.</param>
    private sealed class RsaKeys(Func<string, string?> record) : IDkimPublicKeyLocator
    {
        public AsymmetricKeyParameter LocatePublicKey(
            string methods, string domain, string selector, CancellationToken cancellationToken = default)
        {
            var key = Tag(record($"{selector}._domainkey.{domain}"), "p") ?? throw new FormatException();
            using var rsa = RSA.Create();
            rsa.ImportSubjectPublicKeyInfo(Convert.FromBase64String(key), out _);
            var numbers = rsa.ExportParameters(includePrivateParameters: false);
            return new RsaKeyParameters(
                false, new BigInteger(1, numbers.Modulus!), new BigInteger(1, numbers.Exponent!));
        }

        public Task<AsymmetricKeyParameter> LocatePublicKeyAsync(
            string methods, string domain, string selector, CancellationToken cancellationToken = default) =>
            Task.FromResult(LocatePublicKey(methods, domain, selector, cancellationToken));
    }
}

/// <summary>The result of checking a signature, from best to worst.</summary>
internal enum SignatureResult
{
    Pass,

    /// <summary>Unknown: the resolver did not answer.</summary>
    DnsSilent,

    /// <summary>The signature was made with this host's key, but DNS has another key.</summary>
    WrongKey,

    /// <summary>DNS has no key for the signature.</summary>
    NoKey,

    /// <summary>The reply was changed on its way, or it was signed with an unknown key.</summary>
    Broken,

    /// <summary>The reply has no signature of our domain.</summary>
    None,
}
