using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.Ses;

/// <summary>The published program and an SES that speaks TLS, as the real one does.</summary>
public sealed class SesTlsTests : IDisposable
{
    readonly Workplace place = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void CertificateThatTheHostTrusts_IsAccepted(bool fromFolder)
    {
        using var chain = new TlsChain();
        using var ses = Ses(chain);

        Answer(chain.Root, fromFolder).AssertDone();

        Assert.Equal(2, ses.Accepted.Count);
        Assert.Empty(ses.SignatureFaults);
    }

    [Fact]
    public void CertificateThatNobodyVouchesFor_DefersTheMessage()
    {
        using var chain = new TlsChain();
        using var ses = Ses(chain);

        place.Filter(RequestMail.FromSomebodyNew()).AssertDeferred();

        Assert.Contains("certificate is not trusted", place.Log.Reports[^1], StringComparison.Ordinal);
        Assert.Contains("unable to get local issuer certificate", place.Log.Reports[^1], StringComparison.Ordinal);
        Assert.Empty(ses.Calls);
    }

    [Fact]
    public void CertificateOfAnotherRootOfTheSameName_DefersTheMessage()
    {
        using var chain = new TlsChain();
        using var namesake = new TlsChain();
        using var ses = Ses(chain);
        AssertRefused(ses, namesake.Root, "certificate signature failure", "unable to get local issuer certificate");
    }

    [Fact]
    public void MissingIntermediate_DefersTheMessage()
    {
        using var chain = new TlsChain();
        using var ses = new SesDouble(certificate: chain.Server);
        place.SendThrough(ses);
        AssertRefused(ses, chain.Root, "unable to get local issuer certificate", "unable to verify the first certificate");
    }

    [Theory]
    [InlineData("expired", "certificate has expired")]
    [InlineData("early", "certificate is not yet valid")]
    [InlineData("host", "hostname mismatch")]
    [InlineData("client", "unsuitable certificate purpose", "unsupported certificate purpose")]
    [InlineData("issuer", "invalid CA certificate")]
    public void CertificateThatDoesNotProveIt_DefersTheMessage(string what, params string[] reasons)
    {
        using var chain = what switch
        {
            "expired" => new TlsChain(days: (3, -1)),
            "early" => new TlsChain(days: (-1, 3)),
            "host" => new TlsChain("email.example.com"),
            "client" => new TlsChain(purpose: TlsChain.ClientPurpose),
            _ => new TlsChain(middleMayIssue: false),
        };
        using var ses = Ses(chain);
        AssertRefused(ses, chain.Root, reasons);
    }

    [Fact]
    public void HostThatWantsANewerTls_IsObeyed()
    {
        using var chain = new TlsChain();
        using var ses = Ses(chain);
        File.WriteAllText(place.PathTo("openssl.cnf"), """
            openssl_conf = all
            [all]
            ssl_conf = tls
            [tls]
            system_default = least
            [least]
            MinProtocol = TLSv1.3

            """);

        Answer(chain.Root, fromFolder: true, ("OPENSSL_CONF", place.PathTo("openssl.cnf"))).AssertDeferred();

        Assert.Empty(ses.Calls);
    }

    public void Dispose() => place.Dispose();

    SesDouble Ses(TlsChain chain)
    {
        var ses = new SesDouble(certificate: chain.Server, intermediate: chain.Middle);
        place.SendThrough(ses);
        return ses;
    }

    void AssertRefused(SesDouble ses, X509Certificate2 root, params string[] reasons)
    {
        Answer(root, fromFolder: true).AssertDeferred();

        Assert.Contains(reasons, reason => place.Log.Reports[^1].Contains($"({reason})", StringComparison.Ordinal));
        Assert.Empty(ses.Calls);
    }

    /// <summary>One request, on a host that trusts one root.</summary>
    ProgramRun Answer(X509Certificate2 root, bool fromFolder, params (string, string)[] environment)
    {
        var folder = Directory.CreateDirectory(place.PathTo("certificates")).FullName;
        File.WriteAllText(Path.Join(folder, "root.pem"), root.ExportCertificatePem());
        using (var rehash = Process.Start("openssl", ["rehash", folder])) rehash.WaitForExit();
        const string nothing = "/nonexistent";
        return place.FilterUnder(SesWorkplace.With([
            ("SSL_CERT_DIR", fromFolder ? folder : nothing), ("SSL_CERT_FILE", fromFolder ? nothing : Path.Join(folder, "root.pem")), .. environment]),
            RequestMail.FromSomebodyNew().ToBytes());
    }
}
