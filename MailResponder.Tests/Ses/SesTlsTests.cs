using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.Ses;

/// <summary>The published program and an SES that speaks TLS, as the real one does.</summary>
public sealed class SesTlsTests : IDisposable
{
    readonly X509Certificate2 certificate = MakeCertificate();
    readonly SesDouble ses;
    readonly Workplace place = new();

    public SesTlsTests()
    {
        ses = new SesDouble(certificate: certificate);
        place.SendThrough(ses);
        File.WriteAllText(place.PathTo("trusted.pem"), certificate.ExportCertificatePem());
    }

    [Fact]
    public void CertificateThatTheHostTrusts_IsAccepted()
    {
        place.FilterUnder(SesWorkplace.With(("SSL_CERT_FILE", place.PathTo("trusted.pem"))), RequestMail.FromSomebodyNew().ToBytes())
            .AssertDone();

        Assert.Equal(2, ses.Accepted.Count);
    }

    [Fact]
    public void CertificateThatNobodyVouchesFor_DefersTheMessage()
    {
        place.Filter(RequestMail.FromSomebodyNew()).AssertDeferred();

        Assert.Empty(ses.Calls);
    }

    [Fact]
    public void HostThatWantsANewerTls_IsObeyed()
    {
        File.WriteAllText(place.PathTo("openssl.cnf"), """
            openssl_conf = all
            [all]
            ssl_conf = tls
            [tls]
            system_default = least
            [least]
            MinProtocol = TLSv1.3

            """);

        place.FilterUnder(SesWorkplace.With(
            ("SSL_CERT_FILE", place.PathTo("trusted.pem")), ("OPENSSL_CONF", place.PathTo("openssl.cnf"))),
            RequestMail.FromSomebodyNew().ToBytes()).AssertDeferred();

        Assert.Empty(ses.Calls);
    }

    public void Dispose()
    {
        ses.Dispose();
        place.Dispose();
        certificate.Dispose();
    }

    static X509Certificate2 MakeCertificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}
