using System.Text;
using MimeKit;
using MimeKit.Cryptography;

namespace MailResponder.Tests.Mail;

/// <summary>A signer whose clock stands still, for domain example.com.</summary>
sealed class FixedTimeSigner : DkimSigner
{
    // Postfix and SES leave these alone. From is listed once more than it stands there.
    internal static readonly IList<HeaderId> Signed =
    [
        HeaderId.From, HeaderId.From, HeaderId.To, HeaderId.Subject, HeaderId.Subject, HeaderId.InReplyTo,
        HeaderId.References, HeaderId.MimeVersion, HeaderId.ContentType, HeaderId.ContentTransferEncoding,
        HeaderId.AutoSubmitted,
    ];

    internal FixedTimeSigner(string pem) : base(
        new MemoryStream(Encoding.ASCII.GetBytes(pem)), "example.com", "test", DkimSignatureAlgorithm.RsaSha256)
    {
        HeaderCanonicalizationAlgorithm = DkimCanonicalizationAlgorithm.Relaxed;
        BodyCanonicalizationAlgorithm = DkimCanonicalizationAlgorithm.Relaxed;
        AgentOrUserIdentifier = "@example.com";
    }

    protected override long GetTimestamp() => 1_700_000_000;
}
