using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace MailResponder.Tests.Store;

/// <summary>A certificate with its key, made exactly as requested, even if that is invalid.</summary>
internal sealed record TestCertificate(X509Certificate2 Certificate, RSA Key)
{
    public static readonly X509Extension IsAuthority = new X509BasicConstraintsExtension(true, false, 0, true);
    public static readonly X509Extension IsNoAuthority = new X509BasicConstraintsExtension(false, false, 0, true);

    public string Pem => Certificate.ExportCertificatePem();

    /// <param name="name">The common name.</param>
    /// <param name="issuer">The issuer; null for a self-signed certificate.</param>
    /// <param name="extensions">All of its extensions.</param>
    public static TestCertificate Issue(string name, TestCertificate? issuer, params X509Extension[] extensions) =>
        Issue(name, issuer, RSA.Create(2048), -1, 1, extensions);

    /// <inheritdoc cref="Issue(string, TestCertificate?, X509Extension[])"/>
    /// <param name="key">The key of the certificate.</param>
    /// <param name="fromDay">The first day of its validity, in days from now.</param>
    /// <param name="untilDay">The last day of its validity, in days from now.</param>
    public static TestCertificate Issue(
        string name, TestCertificate? issuer, RSA key, int fromDay, int untilDay, params X509Extension[] extensions)
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        foreach (var extension in extensions) request.CertificateExtensions.Add(extension);
        var now = DateTimeOffset.UtcNow;
        var certificate = request.Create(
            issuer?.Certificate.SubjectName ?? request.SubjectName,
            X509SignatureGenerator.CreateForRSA(issuer?.Key ?? key, RSASignaturePadding.Pkcs1),
            now.AddDays(fromDay), now.AddDays(untilDay), RandomNumberGenerator.GetBytes(8));
        return new TestCertificate(certificate, key);
    }

    public static X509Extension For(string host, IPAddress? address = null)
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        if (address is not null) names.AddIpAddress(address);
        return names.Build();
    }

    public static X509Extension Purpose(string identifier) =>
        new X509EnhancedKeyUsageExtension([new Oid(identifier)], critical: false);

    /// <summary>Returns a name constraint (RFC 5280, section 4.2.1.10) that allows only hosts of this domain.</summary>
    public static X509Extension Only(string domain) =>
        new(new Oid("2.5.29.30"), Der(0x30, Der(0xa0, Der(0x30, Der(0x82, Encoding.ASCII.GetBytes(domain))))),
            critical: true);

    private static byte[] Der(byte tag, byte[] content) => [tag, (byte)content.Length, .. content];
}
