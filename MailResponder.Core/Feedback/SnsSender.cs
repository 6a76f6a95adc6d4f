using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using MailResponder.Aws;
using MailResponder.Settings;

namespace MailResponder.Feedback;

/// <summary>
/// Decides which notifications to believe: those of one topic and, if certificates are given, only signed ones.
/// </summary>
/// <param name="Topic">
/// The ARN of the topic. SNS signs for all its customers with the same key, so without the topic a signature proves
/// nothing.
/// </param>
/// <param name="Certificates">The certificates SNS signs with; if empty, signatures are not checked.</param>
/// <param name="LeastSignatureVersion">
/// The lowest accepted signature version. 1 accepts SHA-1, for which collisions can be made; 2 does not.
/// </param>
internal sealed record SnsSender(
    string Topic, IReadOnlyList<X509Certificate2> Certificates, int LeastSignatureVersion = 2)
{
    /// <summary>Reads a file of one or more certificates.</summary>
    /// <exception cref="ResponderException">The file cannot be read, or a certificate in it has no RSA key.</exception>
    public static IReadOnlyList<X509Certificate2> LoadCertificates(string path)
    {
        var certificates = TlsTrust.Read("certificate", path);
        foreach (var certificate in certificates)
        {
            using var key = certificate.GetRSAPublicKey();
            if (key is null)
                throw new ResponderException(Cause.Settings, $"certificate {path}: has no RSA key; SNS signs with RSA");
        }

        return [.. certificates];
    }

    /// <summary>Returns when SNS signed the envelope. Null if the time is missing or not in SNS's form.</summary>
    public static DateTimeOffset? SignedAt(LocatedJson envelope) => SesNotification.Time(envelope["Timestamp"]);

    /// <summary>
    /// Returns why the envelope is not a notification of the topic. Null if it claims to be one: see
    /// <see cref="Doubt"/>.
    /// </summary>
    /// <remarks>
    /// SNS signs a text that has the name and the value of each field on separate lines, in the order of
    /// <see cref="SignedText"/>. The same bytes, split elsewhere, would be other fields with the same signature. Only
    /// one split is possible if no field except Message, which comes first, contains a line end, and if Type, which
    /// comes last, is one word.
    /// </remarks>
    public string? Objection(LocatedJson envelope)
    {
        if (envelope.Members.GroupBy(member => member.Name, StringComparer.OrdinalIgnoreCase).Any(
            same => same.Count() > 1))
            return "has a field twice; SNS writes each field once";
        // SNS writes all signed fields except Subject into every notification.
        if (envelope["Message"]?.Kind != JsonValueKind.String
            || !Array.TrueForAll(["MessageId", "Timestamp", "TopicArn", "Type"], name => IsLine(envelope[name]))
            || !(envelope["Subject"] is null or { Kind: JsonValueKind.Null } || IsLine(envelope["Subject"])))
        {
            return "does not have the fields of SNS: Message, MessageId, Timestamp, TopicArn and Type are texts, and "
                + "only Message may have control characters";
        }

        if (envelope["Type"]!.Text != "Notification")
            return "is not a notification of SNS, by its Type";
        if (envelope["TopicArn"]!.Text != Topic)
            return "is from another topic than that of --topic or of the setting feedback.topic";
        return SignedAt(envelope) is null
            ? "has no Timestamp like 2026-11-24T08:30:00.000Z; it says when SNS sent it" : null;
    }

    /// <summary>
    /// Returns why SNS's signature of a notification of the topic does not verify. Null if it does, or if signatures
    /// are not checked. A new certificate of SNS looks the same as a forgery.
    /// </summary>
    /// <param name="envelope">An envelope without <see cref="Objection"/>.</param>
    public string? Doubt(LocatedJson envelope)
    {
        if (Certificates.Count == 0)
            return null;
        if (envelope["SignatureVersion"]?.Text == "1" && LeastSignatureVersion > 1)
        {
            return "is signed with SHA-1 (SignatureVersion 1), which can be forged; set the topic's SignatureVersion "
                + "to 2 (docs/feedback.md), or accept it with the setting feedback.least_signature_version";
        }

        return IsSigned(envelope) ? null
            : "has no signature that the certificate of --sns-certificate verifies; if SNS has a new "
            + "certificate (SigningCertURL), fetch it, and feed this again";
    }

    private static bool IsLine(LocatedJson? value) =>
        value is { Kind: JsonValueKind.String } && !value.Text.Any(char.IsControl);

    private bool IsSigned(LocatedJson envelope)
    {
        var hash = envelope["SignatureVersion"]?.Text switch
        {
            "1" => HashAlgorithmName.SHA1,
            "2" => HashAlgorithmName.SHA256,
            _ => default,
        };
        var signature = new byte[1024];
        if (hash.Name is null
            || !Convert.TryFromBase64String(envelope["Signature"]?.Text ?? "", signature, out var bytes))
            return false;
        var (signed, signedAt) = (Encoding.UTF8.GetBytes(SignedText(envelope)), SignedAt(envelope));
        return Certificates.Any(certificate =>
        {
            using var key = certificate.GetRSAPublicKey()!;
            return signedAt >= certificate.NotBefore && signedAt <= certificate.NotAfter
                && key.VerifyData(signed, signature.AsSpan(0, bytes), hash, RSASignaturePadding.Pkcs1);
        });
    }

    /// <summary>
    /// Returns the text to verify, as in SNS's guide "Verifying the signatures of Amazon SNS messages": names and
    /// values, one per line, in the order of the names.
    /// </summary>
    private static string SignedText(LocatedJson envelope) => string.Concat(
        ((string[])["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"])
            .Where(name => envelope[name] is { Kind: JsonValueKind.String })
            .Select(name => $"{name}\n{envelope[name]!.Text}\n"));
}
