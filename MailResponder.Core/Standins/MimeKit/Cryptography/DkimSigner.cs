using System.Globalization;
using MailResponder.Crypto;

namespace MimeKit.Cryptography;

/// <summary>Signs messages with rsa-sha256 as RFC 6376 says. Holds its key until it is collected.</summary>
public class DkimSigner
{
    const int SignatureColumns = 72;

    readonly RsaPrivateKey _key;

    /// <summary>Reads the PEM file (PKCS#1 or PKCS#8).</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="FormatException">It holds no RSA private key.</exception>
    public DkimSigner(string fileName, string domain, string selector,
        DkimSignatureAlgorithm algorithm = DkimSignatureAlgorithm.RsaSha256)
        : this(File.ReadAllText(fileName), new DkimNames(domain, selector), algorithm)
    {
    }

    /// <summary>The same from a stream, which stays open.</summary>
    /// <exception cref="FormatException">It holds no RSA private key.</exception>
    public DkimSigner(Stream stream, string domain, string selector,
        DkimSignatureAlgorithm algorithm = DkimSignatureAlgorithm.RsaSha256)
        : this(ReadAll(stream), new DkimNames(domain, selector), algorithm)
    {
    }

    DkimSigner(string pem, DkimNames names, DkimSignatureAlgorithm algorithm)
    {
        ArgumentException.ThrowIfNullOrEmpty(names.Domain);
        ArgumentException.ThrowIfNullOrEmpty(names.Selector);
        if (algorithm != DkimSignatureAlgorithm.RsaSha256)
            throw new NotSupportedException("Only rsa-sha256 is supported.");
        (Domain, Selector) = names;
        _key = RsaPrivateKey.FromPem(pem);
    }

    /// <summary>The signing domain (d=).</summary>
    public string Domain { get; }

    /// <summary>Under which name the public key stands in the DNS (s=).</summary>
    public string Selector { get; }

    public DkimCanonicalizationAlgorithm HeaderCanonicalizationAlgorithm { get; set; }

    public DkimCanonicalizationAlgorithm BodyCanonicalizationAlgorithm { get; set; }

    /// <summary>On whose behalf it is signed (i=), such as "@example.com"; null leaves it out.</summary>
    public string? AgentOrUserIdentifier { get; set; }

    /// <summary>Signs the fields of these numbers; see the other overload.</summary>
    public void Sign(FormatOptions options, MimeMessage message, IList<HeaderId> headers)
    {
        ArgumentNullException.ThrowIfNull(headers);
        var names = new string[headers.Count];
        for (var i = 0; i < names.Length; i++)
            names[i] = headers[i].ToHeaderName();
        Sign(options, message, names);
    }

    /// <summary>
    /// Puts a DKIM-Signature on top. Fields are signed from the bottom up, one for each time that their name is
    /// listed; a name listed once more than it stands there forbids adding one later (RFC 6376 5.4.2).
    /// The message must have been prepared, and must be written with the same options.
    /// </summary>
    /// <exception cref="ArgumentException">From is not listed, or a field that changes on the way is.</exception>
    public void Sign(FormatOptions options, MimeMessage message, IList<string> headers)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(message);
        ArgumentNullException.ThrowIfNull(headers);
        CheckNames(headers);
        var signature = new HeaderFolder("DKIM-Signature");
        AppendTags(signature, headers, HashBody(options, message));
        using var signed = new MemoryStream();
        AppendListed(signed, message, headers);
        var unsigned = new Header("DKIM-Signature", signature.ToBytes());
        DkimHeaderForm.Append(signed, unsigned, HeaderCanonicalizationAlgorithm, endsLine: false);
        var bytes = _key.Sign(signed.GetBuffer().AsSpan(0, (int)signed.Length));
        AppendSignature(signature, Convert.ToBase64String(bytes));
        message.Headers.Insert(0, new Header("DKIM-Signature", signature.ToBytes()));
    }

    /// <summary>The time of signing (t=) in seconds since 1970.</summary>
    protected virtual long GetTimestamp() => DateTimeOffset.UtcNow.ToUnixTimeSeconds();

    static void CheckNames(IList<string> headers)
    {
        var hasFrom = false;
        foreach (var name in headers)
        {
            if (!Header.IsFieldName(name))
                throw new ArgumentException("Not a header field name.", nameof(headers));
            var id = name.ToHeaderId();
            hasFrom |= id == HeaderId.From;
            // RFC 6376 5.4.1.
            if (id is HeaderId.ReturnPath or HeaderId.Received or HeaderId.Comments or HeaderId.Keywords
                or HeaderId.Bcc or HeaderId.ResentBcc or HeaderId.DkimSignature)
                throw new ArgumentException("A listed field must not be signed.", nameof(headers));
        }
        if (!hasFrom)
            throw new ArgumentException("From must be signed (RFC 6376 5.4).", nameof(headers));
    }

    byte[] HashBody(FormatOptions options, MimeMessage message)
    {
        using var hash = new DkimBodyHash(BodyCanonicalizationAlgorithm);
        message.Body?.WriteBody(options, hash, CancellationToken.None);
        return hash.Finish();
    }

    void AppendTags(HeaderFolder field, IList<string> headers, byte[] bodyHash)
    {
        var form = NameOf(HeaderCanonicalizationAlgorithm) + "/" + NameOf(BodyCanonicalizationAlgorithm);
        field.AppendToken("v=1;");
        field.AppendToken("a=rsa-sha256;");
        field.AppendToken($"d={Domain};");
        field.AppendToken($"s={Selector};");
        field.AppendToken($"c={form};");
        field.AppendToken(string.Create(CultureInfo.InvariantCulture, $"t={GetTimestamp()};"));
        if (!string.IsNullOrEmpty(AgentOrUserIdentifier))
            field.AppendToken($"i={AgentOrUserIdentifier};");
        for (var i = 0; i < headers.Count; i++)
        {
            var piece = (i == 0 ? "h=" : "") + headers[i].ToLowerInvariant() + (i + 1 < headers.Count ? ":" : ";");
            if (i == 0 || field.Column + piece.Length > HeaderFolder.MaxColumns)
                field.AppendToken(piece);
            else
                field.Append(piece);
        }
        field.AppendToken($"bh={Convert.ToBase64String(bodyHash)};");
        field.Break();
        field.Append("\tb=");
    }

    static void AppendSignature(HeaderFolder field, string signature)
    {
        for (var rest = signature.AsSpan(); !rest.IsEmpty;)
        {
            var length = Math.Min(rest.Length, SignatureColumns - field.Column);
            field.Append(rest[..length]);
            rest = rest[length..];
            if (rest.IsEmpty)
                break;
            field.Break();
            field.Append("\t");
        }
    }

    void AppendListed(Stream signed, MimeMessage message, IList<string> headers)
    {
        var all = new List<Header>(message.Headers);
        if (message.Body is not null)
            all.AddRange(message.Body.Headers);
        foreach (var name in headers)
        {
            var last = all.FindLastIndex(
                header => string.Equals(header.Field, name, StringComparison.OrdinalIgnoreCase));
            if (last < 0)
                continue;
            DkimHeaderForm.Append(signed, all[last], HeaderCanonicalizationAlgorithm, endsLine: true);
            all.RemoveAt(last);
        }
    }

    static string NameOf(DkimCanonicalizationAlgorithm form) =>
        form == DkimCanonicalizationAlgorithm.Relaxed ? "relaxed" : "simple";

    static string ReadAll(Stream stream)
    {
        using var reader = new StreamReader(stream, leaveOpen: true);
        return reader.ReadToEnd();
    }
}
