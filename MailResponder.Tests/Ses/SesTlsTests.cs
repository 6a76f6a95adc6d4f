using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.Ses;

/// <summary>Runs the published program against an SES that speaks TLS, as the real one does.</summary>
public sealed class SesTlsTests : IDisposable
{
    private const string Unsigned = "is not signed by an authority in";
    private readonly Workplace _place = new();

    [Fact]
    public void CertificateOfAnAuthorityInTheFile_IsAccepted()
    {
        using var chain = new TlsChain();
        using var ses = Ses(chain);

        Answer(chain.Root).AssertDone();

        Assert.Equal(2, ses.Accepted.Count);
        Assert.Empty(ses.SignatureFaults);
    }

    /// <summary>No server listens at the proxy's address.</summary>
    [Fact]
    public void ProxyOfTheEnvironment_IsNotAsked()
    {
        using var chain = new TlsChain();
        using var ses = Ses(chain);

        Answer(chain.Root, ("https_proxy", "http://127.0.0.1:1"), ("all_proxy", "http://127.0.0.1:1")).AssertDone();

        Assert.All(ses.Accepted, call => Assert.Equal(
            ("POST / HTTP/1.1", false), (call.RequestLine, call.Headers.ContainsKey("expect"))));
        Assert.Equal(2, ses.Accepted.Count);
    }

    /// <summary>The authorities of AWS are enough; any other could vouch for an impostor.</summary>
    [Fact]
    public void CertificateThatOnlyTheHostTrusts_DefersTheMessage()
    {
        using var chain = new TlsChain();
        using var other = new TlsChain("another root");
        using var ses = Ses(chain);
        File.WriteAllText(_place.PathTo("host.pem"), chain.Root.ExportCertificatePem());

        Answer(other.Root, ("SSL_CERT_FILE", _place.PathTo("host.pem"))).AssertDeferred();

        AssertProblem(Unsigned);
        Assert.Contains("certificate is not trusted", _place.Log.Reports[^1], StringComparison.Ordinal);
        Assert.Empty(ses.Calls);
    }

    [Fact]
    public void CertificateOfAnotherRootOfTheSameName_DefersTheMessage()
    {
        using var chain = new TlsChain();
        using var namesake = new TlsChain();
        using var ses = Ses(chain);
        AssertRefused(ses, namesake.Root, Unsigned);
    }

    [Fact]
    public void MissingIntermediate_DefersTheMessage()
    {
        using var chain = new TlsChain();
        using var ses = new SesDouble(certificate: chain.Server);
        _place.SendThrough(ses);
        AssertRefused(ses, chain.Root, Unsigned);
    }

    [Theory]
    [InlineData("expired", "has expired or is not valid yet")]
    [InlineData("early", "has expired or is not valid yet")]
    [InlineData("host", "is not for localhost")]
    [InlineData("client", "is not for servers")]
    [InlineData("issuer", "is not valid: ")]
    public void CertificateThatDoesNotProveIt_DefersTheMessage(string what, string reason)
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
        AssertRefused(ses, chain.Root, reason);
    }

    [Fact]
    public void HostThatWantsANewerTls_IsObeyed()
    {
        using var chain = new TlsChain();
        using var ses = Ses(chain);
        Answer(chain.Root, OpenSslWith("MinProtocol = TLSv1.3")).AssertDeferred();

        Assert.Empty(ses.Calls);
    }

    /// <summary>The message is deferred even if the host's openssl.cnf allows the older TLS.</summary>
    [Fact]
    public void ServerThatSpeaksAnOlderTls_DefersTheMessage()
    {
        using var chain = new TlsChain();
        using var ses = Ses(chain);
        var port = Loopback.FreePort();
        _place.Settings["ses"]!["endpoint"] = $"https://localhost:{port}/";
        var (certificate, key) = (_place.PathTo("server.pem"), _place.PathTo("server.key"));
        File.WriteAllLines(certificate, [chain.Server.ExportCertificatePem(), chain.Middle.ExportCertificatePem()]);
        using (var pair = chain.Server.GetECDsaPrivateKey()!) File.WriteAllText(key, pair.ExportPkcs8PrivateKeyPem());
        using var server = Process.Start("openssl",
        [
            "s_server", "-quiet", "-accept", $"127.0.0.1:{port}", "-cert", certificate, "-cert_chain", certificate,
            "-key", key, "-tls1_1", "-cipher", "ALL:@SECLEVEL=0", "-www",
        ]);
        try
        {
            Patience.Until("the old server", () => Loopback.Listens(port));
            Answer(chain.Root, OpenSslWith("MinProtocol = TLSv1\nCipherString = ALL:@SECLEVEL=0")).AssertDeferred();
        }
        finally
        {
            server.Kill();
        }
        AssertProblem("speaks Tls11, which is too old");
    }

    public void Dispose() => _place.Dispose();

    private SesDouble Ses(TlsChain chain)
    {
        var ses = new SesDouble(certificate: chain.Server, intermediate: chain.Middle);
        _place.SendThrough(ses);
        return ses;
    }

    private void AssertRefused(SesDouble ses, X509Certificate2 root, string reason)
    {
        Answer(root).AssertDeferred();

        AssertProblem(reason);
        Assert.Empty(ses.Calls);
    }

    private void AssertProblem(string reason) =>
        Assert.Contains(reason, _place.Log.Reports[^1], StringComparison.Ordinal);

    /// <summary>Answers one request, with one root that may vouch for SES.</summary>
    private ProgramRun Answer(X509Certificate2 root, params (string, string)[] environment)
    {
        File.WriteAllText(_place.PathTo("roots.pem"), root.ExportCertificatePem());
        _place.Settings["aws_roots"] = "roots.pem";
        _place.Write();
        return _place.FilterUnder(SesWorkplace.With(environment), RequestMail.FromSomebodyNew().ToBytes());
    }

    /// <summary>Writes an openssl.cnf, and returns the variable that names it.</summary>
    private (string, string) OpenSslWith(string line)
    {
        File.WriteAllText(_place.PathTo("openssl.cnf"), $"""
            openssl_conf = all
            [all]
            ssl_conf = tls
            [tls]
            system_default = least
            [least]
            {line}

            """);
        return ("OPENSSL_CONF", _place.PathTo("openssl.cnf"));
    }
}
