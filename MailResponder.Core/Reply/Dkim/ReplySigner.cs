using System.Security.Cryptography;
using MailResponder.Native;
using MailResponder.Settings;
using MimeKit.Cryptography;
using Org.BouncyCastle.Crypto;

namespace MailResponder.Reply.Dkim;

/// <summary>
/// Signs replies with DKIM (RFC 6376): rsa-sha256, relaxed/relaxed. MimeKit's signer would hash the whole body each
/// time. It therefore gets a body without content, and the hash of the rendered body replaces its own.
/// </summary>
internal sealed class ReplySigner : DkimSigner
{
    /// <summary>
    /// The header fields that a forger must not change. A field that is named twice is oversigned (RFC 6376, section
    /// 8.15): a second one cannot be added either.
    /// </summary>
    private static readonly string[] Signed =
    [
        "from", "from", "to", "to", "subject", "subject", "reply-to", "reply-to", "in-reply-to", "references",
        "mime-version", "content-type", "content-transfer-encoding", "auto-submitted",
    ];

    private static readonly string[] SignedWithDateAndMessageId = [.. Signed, "date", "message-id"];

    private readonly RsaPrivateKey _key;
    private readonly TimeProvider _clock;
    private string _bodyHash = "";

    private ReplySigner(RsaPrivateKey key, DkimKey dkim, TimeProvider clock)
        : base(new KeyElsewhere(), dkim.Domain, dkim.Selector)
    {
        _key = key;
        _clock = clock;
        HeaderCanonicalizationAlgorithm = DkimCanonicalizationAlgorithm.Relaxed;
        BodyCanonicalizationAlgorithm = DkimCanonicalizationAlgorithm.Relaxed;
    }

    /// <summary>Returns the signer; null if the settings have no DKIM key, so that replies go out unsigned.</summary>
    /// <exception cref="ResponderException">The key is missing, accessible to others, or not an RSA key.</exception>
    public static ReplySigner? Create(DkimSettings? dkim, TimeProvider clock)
    {
        if (dkim is null)
            return null;
        var key = DkimKey.Load(dkim);
        try
        {
            return new ReplySigner(RsaPrivateKey.FromPem(key.Text), key, clock);
        }
        catch (Exception exception) when (exception is FormatException or CryptographicException or ArgumentException)
        {
            throw key.NoRsaKey(exception);
        }
    }

    /// <summary>Signs a reply.</summary>
    /// <param name="reply">The reply as it will be sent. Nothing in it may be changed afterwards.</param>
    /// <param name="withDateAndMessageId">
    /// Whether Date and Message-ID are signed. False if the sender replaces them, which would break a signature over
    /// them.
    /// </param>
    /// <exception cref="IOException">An attachment cannot be read.</exception>
    public void Sign(OutgoingReply reply, bool withDateAndMessageId)
    {
        _bodyHash = Convert.ToBase64String(reply.Body.Hash);
        reply.Message.Body = new BodyEntity(reply.Body.Frame.Fields);
        Sign(reply.Message, withDateAndMessageId ? SignedWithDateAndMessageId : Signed);
        var signature = reply.Message.Headers[0];
        signature.SetRawValue(WithBodyHash(signature.RawValue, 0));
    }

    protected override long GetTimestamp() => _clock.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>Signs the header in which the signature's own field comes last.</summary>
    protected override ISigner CreateSigningContext() =>
        new HeaderSigner(header => _key.Sign(WithBodyHash(header, header.AsSpan().LastIndexOf("dkim-signature:"u8))));

    /// <summary>
    /// Returns the text with our hash in the bh= tag. It has the length of MimeKit's, so the lines are folded in the
    /// same way. The tags before bh= cannot contain "bh="; the signature after it can.
    /// </summary>
    /// <param name="text">A text that contains the field of a signature.</param>
    /// <param name="field">The position where the field begins.</param>
    private byte[] WithBodyHash(ReadOnlySpan<byte> text, int field)
    {
        var changed = text.ToArray();
        var at = field + text[field..].IndexOf("bh="u8) + "bh=".Length;
        foreach (var c in _bodyHash)
        {
            while (changed[at] <= ' ')
                at++;
            changed[at++] = (byte)c;
        }

        return changed;
    }
}
