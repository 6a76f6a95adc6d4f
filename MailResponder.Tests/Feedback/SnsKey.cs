using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;

namespace MailResponder.Tests.Feedback;

/// <summary>A key that signs like SNS, with its certificate.</summary>
internal sealed class SnsKey : IDisposable
{
    private readonly RSA _key = RSA.Create(2048);

    public SnsKey(DateTimeOffset? until = null)
    {
        var request = new CertificateRequest(
            "CN=sns.amazonaws.com", _key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(
            Notifications.Happened.AddYears(-1), until ?? Notifications.Happened.AddYears(1));
        Pem = certificate.ExportCertificatePem() + "\n";
    }

    public string Pem { get; }

    /// <param name="envelope">The envelope, which gets the fields SignatureVersion and Signature.</param>
    /// <param name="version">The signature version, "1" or "2".</param>
    public void Sign(JsonObject envelope, string version)
    {
        envelope["SignatureVersion"] = version;
        envelope["Signature"] = Convert.ToBase64String(_key.SignData(
            Encoding.UTF8.GetBytes(TextOf(envelope)),
            version == "1" ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    /// <summary>Returns the text that SNS signs.</summary>
    public static string TextOf(JsonObject envelope)
    {
        var text = new StringBuilder();
        foreach (var name in (string[])["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"])
            if (envelope[name] is { } value)
                text.Append(name).Append('\n').Append(value.GetValue<string>()).Append('\n');
        return text.ToString();
    }

    public void Dispose() => _key.Dispose();
}
