using System.Security.Cryptography;
using MailResponder.Native;
using MailResponder.Settings;
using MimeKit.Cryptography;
using Org.BouncyCastle.Crypto;

namespace MailResponder.Reply.Dkim;

/// <summary>
/// Signs replies with DKIM (RFC 6376): rsa-sha256, relaxed/relaxed. MimeKit's signer hashes the whole body each time;
/// so it gets none here, and the hash that comes with the rendered body is put in place of its own.
/// </summary>
internal sealed class ReplySigner : DkimSigner
{
    /// <summary>
    /// What a forger may not change. Those named twice are oversigned (RFC 6376, section 8.15): a second one cannot be
    /// added either.
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

    /// <summary>Null when the settings have no DKIM key: replies go out unsigned.</summary>
    /// <exception cref="ResponderException">The key is missing, open to others, or no RSA key.</exception>
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

    /// <param name="reply">The reply as it goes out; nothing may be changed after this.</param>
    /// <param name="withDateAndMessageId">
    /// False: the way out replaces the two, and a signature over them would break.
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

    /// <summary>The signature's own field is the last one that is signed.</summary>
    protected override ISigner CreateSigningContext() =>
        new HeaderSigner(header => _key.Sign(WithBodyHash(header, header.AsSpan().LastIndexOf("dkim-signature:"u8))));

    /// <summary>
    /// The text with our hash in the tag bh=, whose length is that of MimeKit's, so that the lines are folded alike.
    /// The tags before it cannot hold "bh="; the signature behind it can.
    /// </summary>
    /// <param name="text">Holds a signature's field.</param>
    /// <param name="field">Where the field begins.</param>
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
