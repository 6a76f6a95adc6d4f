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
            // The signature or the key is none.
            return false;
        }
    }

    /// <summary>Of the domain of the settings; without one, SES signs for the domain that replies come from.</summary>
    private bool IsOurs(Header signature)
    {
        var domain = Tag(signature.Value, "d");
        var ours = settings.Dkim?.Domain ?? MailDomain.Of(settings.ResponseAddress);
        return domain is not null && (settings.Dkim is null
            ? MailDomain.IsWithin(ours.ToLowerInvariant(), [domain.ToLowerInvariant()])
            : domain.Equals(ours, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>The value of a tag in a list of tags (RFC 6376, section 3.2); null without one.</summary>
    private static string? Tag(string? list, string name) => list?.Split(';').Select(tag => tag.Split('=', 2))
        .FirstOrDefault(tag => tag is [var before, _] && before.Trim() == name)?[1].Trim();

    /// <summary>
    /// Reads RSA keys, with which alone the responder signs. MimeKit's own reader would bring all other kinds of keys
    /// into the program: megabytes, and 3 % of a message's instructions.
    /// </summary>
    /// <param name="record">The DKIM record of a name; null: there is none.</param>
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

/// <summary>How a signature was found, from good to bad.</summary>
internal enum SignatureResult
{
    Pass,

    /// <summary>Nobody knows: the resolver did not answer.</summary>
    DnsSilent,

    /// <summary>It was made with the key of this host, and DNS has another one.</summary>
    WrongKey,

    /// <summary>DNS has no key.</summary>
    NoKey,

    /// <summary>The reply was changed on its way, or the key is nobody's.</summary>
    Broken,

    /// <summary>The reply has no signature in our name.</summary>
    None,
}
