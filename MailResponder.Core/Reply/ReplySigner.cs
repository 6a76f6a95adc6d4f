using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MailResponder.Crypto;
using MailResponder.Settings;
using MimeKit;

namespace MailResponder.Reply;

/// <summary>
/// Signs replies with DKIM (RFC 6376): rsa-sha256, relaxed/relaxed. A signer of mails would hash the whole body each
/// time; here its hash comes with the rendered body.
/// </summary>
internal sealed class ReplySigner
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
    private readonly DkimSettings _dkim;
    private readonly TimeProvider _clock;

    private ReplySigner(RsaPrivateKey key, DkimSettings dkim, TimeProvider clock)
    {
        _key = key;
        _dkim = dkim;
        _clock = clock;
    }

    /// <summary>Null when the settings have no DKIM key: replies go out unsigned.</summary>
    /// <exception cref="ResponderException">The key is missing, open to others, or no RSA key.</exception>
    public static ReplySigner? Create(DkimSettings? dkim, TimeProvider clock)
    {
        if (dkim is null)
            return null;
        var pem = SecretFile.Read(dkim.KeyFile, Cause.DkimKey, "DKIM key");
        try
        {
            return new ReplySigner(RsaPrivateKey.FromPem(pem), dkim, clock);
        }
        catch (Exception exception) when (exception is FormatException or CryptographicException or ArgumentException)
        {
            throw new ResponderException(Cause.DkimKey, $"DKIM key {dkim.KeyFile}: holds no RSA private key in PEM form; " +
                "make one with: responder dkim keygen", exception);
        }
    }

    /// <param name="reply">The reply as it goes out; nothing may be changed after this.</param>
    /// <param name="withDateAndMessageId">False: the way out replaces the two, and a signature over them would break.</param>
    /// <exception cref="IOException">An attachment cannot be read.</exception>
    public void Sign(OutgoingReply reply, bool withDateAndMessageId)
    {
        var names = withDateAndMessageId ? SignedWithDateAndMessageId : Signed;
        var field = new DkimField();
        field.AppendTags(["v=1;", "a=rsa-sha256;", $"d={_dkim.Domain};", $"s={_dkim.Selector};", "c=relaxed/relaxed;",
            string.Create(CultureInfo.InvariantCulture, $"t={_clock.GetUtcNow().ToUnixTimeSeconds()};")]);
        field.AppendNames(names);
        field.AppendTags([$"bh={Convert.ToBase64String(reply.Body.Hash)};"]);
        field.BeginSignature();
        var signed = new StringBuilder();
        AppendListed(signed, reply, names);
        // The signature's own field, without what is to come and without its line end (RFC 6376, section 3.7).
        AppendRelaxed(signed, "dkim-signature", field.Text);
        field.AppendSignature(Convert.ToBase64String(_key.Sign(Encoding.UTF8.GetBytes(signed.ToString()))));
        reply.Signature = field.Text + "\n";
    }

    /// <summary>Fields are signed from the bottom up, one for each time that their name is listed.</summary>
    private static void AppendListed(StringBuilder signed, OutgoingReply reply, string[] names)
    {
        var headers = new List<Header>(reply.Headers);
        headers.AddRange(HeaderList.Load(new MemoryStream([.. reply.Body.Frame.Fields, .. "\n"u8])));
        foreach (var name in names)
        {
            var last = headers.FindLastIndex(header => header.Field.Equals(name, StringComparison.OrdinalIgnoreCase));
            if (last < 0)
                continue;
            AppendRelaxed(signed, name, Encoding.UTF8.GetString(headers[last].RawValue));
            signed.Append("\r\n");
            headers.RemoveAt(last);
        }
    }

    /// <summary>The canonical form "relaxed" (RFC 6376, section 3.4.2), without a line end.</summary>
    private static void AppendRelaxed(StringBuilder signed, string name, string value)
    {
        signed.Append(name).Append(':');
        var hasText = false;
        var hasBlank = false;
        foreach (var c in value)
        {
            if (c is ' ' or '\t' or '\r' or '\n')
            {
                hasBlank = true;
                continue;
            }

            if (hasBlank && hasText)
                signed.Append(' ');
            signed.Append(c);
            hasText = true;
            hasBlank = false;
        }
    }
}
