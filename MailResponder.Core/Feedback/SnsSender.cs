using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MailResponder.Settings;

namespace MailResponder.Feedback;

/// <summary>Whose notifications are believed: those of one topic, and, where certificates are given, only signed ones.</summary>
/// <param name="Topic">The ARN of the topic; null: any, and notifications without SNS's envelope too.</param>
/// <param name="Certificates">
/// Those with which SNS signs; empty: signatures are not looked at. SNS signs for all its customers with the same key, so
/// a signature says nothing unless the topic is looked at too.
/// </param>
internal sealed record SnsSender(string? Topic, IReadOnlyList<X509Certificate2> Certificates)
{
    /// <summary>Reads a PEM file of one or several certificates.</summary>
    /// <exception cref="ResponderException">It cannot be read, or holds none with an RSA key.</exception>
    public static IReadOnlyList<X509Certificate2> LoadCertificates(string path)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(File.ReadAllText(path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ResponderException(Cause.Settings, $"certificate {path}: {FileTrouble.Describe(exception)}", exception);
        }
        catch (CryptographicException exception)
        {
            throw new ResponderException(Cause.Settings, $"certificate {path}: holds a broken certificate; fetch it again", exception);
        }

        foreach (var certificate in certificates)
        {
            using var key = certificate.GetRSAPublicKey();
            if (key is null)
                throw new ResponderException(Cause.Settings, $"certificate {path}: has no RSA key; SNS signs with RSA");
        }

        return certificates.Count > 0 ? [.. certificates]
            : throw new ResponderException(Cause.Settings, $"certificate {path}: holds no certificate in PEM form");
    }

    /// <summary>Why a notification without SNS's envelope is not believed; null when it is.</summary>
    public string? ObjectionToBare() =>
        Certificates.Count > 0 ? "came without SNS's envelope, so nobody has signed it; subscribe with the protocol email-json, or without raw message delivery"
        : Topic is not null ? "came without SNS's envelope, which would name its topic; switch raw message delivery off"
        : null;

    /// <summary>Why what is in the envelope is not believed; null when it is.</summary>
    public string? Objection(LocatedJson envelope) =>
        Topic is not null && envelope["TopicArn"]?.Text != Topic ? "is of another topic than the one of --topic"
        : Certificates.Count > 0 && !IsSigned(envelope)
            ? "has no signature that the certificate of --sns-certificate verifies; if SNS has a new one (SigningCertURL), fetch that, and feed this again"
        : null;

    private bool IsSigned(LocatedJson envelope)
    {
        var signature = new byte[1024];
        if (!Convert.TryFromBase64String(envelope["Signature"]?.Text ?? "", signature, out var bytes))
            return false;
        var hash = envelope["SignatureVersion"]?.Text switch
        {
            "1" => HashAlgorithmName.SHA1,
            "2" => HashAlgorithmName.SHA256,
            _ => default,
        };
        if (hash.Name is null || !DateTimeOffset.TryParse(envelope["Timestamp"]?.Text, System.Globalization.CultureInfo.InvariantCulture, out var signedAt))
            return false;
        var signed = Encoding.UTF8.GetBytes(SignedText(envelope));
        foreach (var certificate in Certificates)
        {
            using var key = certificate.GetRSAPublicKey()!;
            if (signedAt >= certificate.NotBefore && signedAt <= certificate.NotAfter
                && key.VerifyData(signed, signature.AsSpan(0, bytes), hash, RSASignaturePadding.Pkcs1))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>"Verifying the signatures of Amazon SNS messages": names and values, a line each, in the order of the names.</summary>
    private static string SignedText(LocatedJson envelope)
    {
        var text = new StringBuilder();
        foreach (var name in (ReadOnlySpan<string>)["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"])
        {
            if (envelope[name] is { Kind: System.Text.Json.JsonValueKind.String } value)
                text.Append(name).Append('\n').Append(value.Text).Append('\n');
        }

        return text.ToString();
    }
}
