using MimeKit;
using MimeKit.Cryptography;
using Org.BouncyCastle.Crypto;

namespace MailResponder.Tests.Mail;

/// <summary>
/// Three verifiers of DKIM signatures that share no code: dkimpy, OpenDKIM, MimeKit. They must agree.
/// </summary>
internal static class DkimJudges
{
    internal static bool Accept(byte[] mail, TestKey key)
    {
        var isAccepted = ReadMail.IsSigned(mail, key.PublicKeyBase64);
        Assert.Equal(isAccepted, MimeKitAccepts(mail, key));
        return isAccepted;
    }

    private static bool MimeKitAccepts(byte[] mail, TestKey key)
    {
        using var message = MimeMessage.Load(new MemoryStream(mail));
        var signature = message.Headers[message.Headers.IndexOf(HeaderId.DkimSignature)];
        return new DkimVerifier(new OneKey(key)).Verify(message, signature);
    }

    /// <summary>Supplies the key record instead of DNS.</summary>
    private sealed class OneKey(TestKey key) : DkimPublicKeyLocatorBase
    {
        public override AsymmetricKeyParameter LocatePublicKey(
            string methods, string domain, string selector, CancellationToken cancellationToken = default)
        {
            Assert.Equal(("test", "example.com"), (selector, domain));
            return GetPublicKey("v=DKIM1; k=rsa; p=" + key.PublicKeyBase64);
        }

        public override Task<AsymmetricKeyParameter> LocatePublicKeyAsync(
            string methods, string domain, string selector, CancellationToken cancellationToken = default) =>
            Task.FromResult(LocatePublicKey(methods, domain, selector, cancellationToken));
    }
}
