using System.Security.Cryptography;
using System.Text;
using MailResponder.Settings;
using MimeKit;
using MimeKit.Cryptography;

namespace MailResponder.Reply;

/// <summary>Signs replies with DKIM (RFC 6376): rsa-sha256, relaxed/relaxed.</summary>
internal sealed class ReplySigner
{
    /// <summary>
    /// What a forger may not change. Those named twice are oversigned (RFC 6376, section 8.15): a second one cannot be
    /// added either.
    /// </summary>
    private static readonly HeaderId[] Signed =
    [
        HeaderId.From, HeaderId.From, HeaderId.To, HeaderId.To, HeaderId.Subject, HeaderId.Subject,
        HeaderId.ReplyTo, HeaderId.ReplyTo, HeaderId.InReplyTo, HeaderId.References, HeaderId.MimeVersion,
        HeaderId.ContentType, HeaderId.ContentTransferEncoding, HeaderId.AutoSubmitted,
    ];

    private static readonly HeaderId[] SignedWithDateAndMessageId = [.. Signed, HeaderId.Date, HeaderId.MessageId];

    private readonly ClockedSigner _signer;

    private ReplySigner(ClockedSigner signer) => _signer = signer;

    /// <summary>Null when the settings have no DKIM key: replies go out unsigned.</summary>
    /// <exception cref="ResponderException">The key is missing, open to others, or no RSA key.</exception>
    public static ReplySigner? Create(DkimSettings? dkim, TimeProvider clock)
    {
        if (dkim is null)
            return null;
        var pem = SecretFile.Read(dkim.KeyFile, Cause.DkimKey, "DKIM key");
        try
        {
            using var stream = new MemoryStream(Encoding.ASCII.GetBytes(pem));
            return new ReplySigner(new ClockedSigner(stream, dkim, clock));
        }
        catch (Exception exception) when (exception is FormatException or CryptographicException or ArgumentException)
        {
            throw new ResponderException(Cause.DkimKey, $"DKIM key {dkim.KeyFile}: holds no RSA private key in PEM form; " +
                "make one with: responder dkim keygen", exception);
        }
    }

    /// <param name="reply">The reply as it goes out; nothing may be changed after this.</param>
    /// <param name="withDateAndMessageId">False: the way out replaces the two, and a signature over them would break.</param>
    public void Sign(OutgoingReply reply, bool withDateAndMessageId) =>
        _signer.Sign(OutgoingReply.Format, reply.Message, withDateAndMessageId ? SignedWithDateAndMessageId : Signed);

    private sealed class ClockedSigner : DkimSigner
    {
        private readonly TimeProvider _clock;

        public ClockedSigner(Stream key, DkimSettings dkim, TimeProvider clock)
            : base(key, dkim.Domain, dkim.Selector, DkimSignatureAlgorithm.RsaSha256)
        {
            _clock = clock;
            HeaderCanonicalizationAlgorithm = DkimCanonicalizationAlgorithm.Relaxed;
            BodyCanonicalizationAlgorithm = DkimCanonicalizationAlgorithm.Relaxed;
        }

        protected override long GetTimestamp() => _clock.GetUtcNow().ToUnixTimeSeconds();
    }
}
