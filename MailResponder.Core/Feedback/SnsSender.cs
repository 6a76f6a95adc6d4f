using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using MailResponder.Aws;
using MailResponder.Settings;

namespace MailResponder.Feedback;

/// <summary>
/// Whose notifications are believed: those of one topic, and, where certificates are given, only signed ones.
/// </summary>
/// <param name="Topic">
/// The ARN of the topic. SNS signs for all its customers with the same key: without the topic a signature says nothing.
/// </param>
/// <param name="Certificates">Those with which SNS signs; empty: signatures are not checked.</param>
/// <param name="LeastSignatureVersion">1 accepts SHA-1, for which collisions can be made; 2 does not.</param>
internal sealed record SnsSender(
    string Topic, IReadOnlyList<X509Certificate2> Certificates, int LeastSignatureVersion = 2)
{
    /// <summary>Signed fields besides Message and Subject; SNS writes all of them into every notification.</summary>
    private static string[] Lines => ["MessageId", "Timestamp", "TopicArn", "Type"];

    /// <summary>Reads a file of one or several certificates.</summary>
    /// <exception cref="ResponderException">It cannot be read, or holds none with an RSA key.</exception>
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

    /// <summary>When SNS signed the envelope; null when it does not say so in its own form.</summary>
    public static DateTimeOffset? SignedAt(LocatedJson envelope) => SesNotification.Time(envelope["Timestamp"]);

    /// <summary>Why what is in the envelope is not believed; null when it is.</summary>
    /// <remarks>
    /// SNS signs a text with the name and the value of each field on lines of their own, in the order of
    /// <see cref="SignedText"/>. Cut elsewhere, the same bytes would be other fields with the same signature. There is
    /// only one way to cut them when no field but Message, the first, holds a line end, and Type, the last, is one
    /// word.
    /// </remarks>
    public string? Objection(LocatedJson envelope)
    {
        if (envelope.Members.GroupBy(member => member.Name, StringComparer.OrdinalIgnoreCase).Any(
            same => same.Count() > 1))
            return "has a field twice; SNS writes each once";
        if (envelope["Message"]?.Kind != JsonValueKind.String
            || !Array.TrueForAll(Lines, name => IsLine(envelope[name]))
            || !(envelope["Subject"] is null or { Kind: JsonValueKind.Null } || IsLine(envelope["Subject"])))
        {
            return "has not the fields of SNS: Message, MessageId, Timestamp, TopicArn and Type are texts, and none "
                + "but Message has a control character";
        }

        if (envelope["Type"]!.Text != "Notification")
            return "is no notification of SNS by its Type";
        if (envelope["TopicArn"]!.Text != Topic)
            return "is of another topic than the one of --topic or of the setting feedback.topic";
        if (SignedAt(envelope) is null)
            return "has no Timestamp like 2026-11-24T08:30:00.000Z; without it nobody knows when SNS sent it";
        if (Certificates.Count == 0)
            return null;
        if (envelope["SignatureVersion"]?.Text == "1" && LeastSignatureVersion > 1)
        {
            return "is signed with SHA-1 (SignatureVersion 1), which can be forged; set the topic's SignatureVersion "
                + "to 2 (docs/feedback.md), or accept it with the setting feedback.least_signature_version";
        }

        return IsSigned(envelope) ? null
            : "has no signature that the certificate of --sns-certificate verifies; if SNS has a new one "
            + "(SigningCertURL), fetch that, and feed this again";
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
    /// "Verifying the signatures of Amazon SNS messages": names and values, a line each, in the order of the names.
    /// </summary>
    private static string SignedText(LocatedJson envelope) => string.Concat(
        ((string[])["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"])
            .Where(name => envelope[name] is { Kind: JsonValueKind.String })
            .Select(name => $"{name}\n{envelope[name]!.Text}\n"));
}
