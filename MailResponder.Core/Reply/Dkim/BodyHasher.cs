using MimeKit;
using MimeKit.Cryptography;
using Org.BouncyCastle.Crypto;

namespace MailResponder.Reply.Dkim;

/// <summary>
/// Gets from MimeKit what a DKIM signature tells of a body (RFC 6376, section 3.7, step 1), relaxed. MimeKit hashes a
/// body only while it signs a mail, so one without a key and with no other field is signed, and its bh= tag read.
/// </summary>
internal sealed class BodyHasher : DkimSigner
{
    private BodyHasher() : base(new KeyElsewhere(), "example.com", "none") =>
        BodyCanonicalizationAlgorithm = DkimCanonicalizationAlgorithm.Relaxed;

    /// <exception cref="IOException">An attachment cannot be read.</exception>
    public static byte[] Hash(ReplyBody body)
    {
        using var message = new MimeMessage(new HeaderList(), new BodyEntity([], body));
        new BodyHasher().Sign(message, [HeaderId.From]);
        var tags = message.Headers[HeaderId.DkimSignature]!.Split("; ");
        return Convert.FromBase64String(tags.Single(tag => tag.StartsWith("bh=", StringComparison.Ordinal))[3..]);
    }

    protected override ISigner CreateSigningContext() => new HeaderSigner(_ => []);
}
