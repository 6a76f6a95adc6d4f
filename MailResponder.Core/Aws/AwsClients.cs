using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Amazon.Runtime;
using MailResponder.Native;

namespace MailResponder.Aws;

/// <summary>
/// Creates .NET HTTP clients for AWS, without proxies, redirects and cookies. A server must use TLS 1.2 or later, with
/// a certificate from one of the authorities in a file. Only the caller's cancellation token limits the time of a call.
/// </summary>
/// <param name="endpoint">The endpoint of the service. Null: the one of AWS.</param>
/// <param name="roots">The PEM file of the authorities. It is not read for a server without TLS.</param>
/// <exception cref="ResponderException">The file cannot be used.</exception>
internal sealed class AwsClients(Uri? endpoint, string roots) : HttpClientFactory
{
    /// <summary>The setting that names the file.</summary>
    public const string Setting = "aws_roots";

    private const int MaxHeaderKilobytes = 16;
    private readonly List<byte[]> _authorities = endpoint?.Scheme == Uri.UriSchemeHttp ? [] : Read(roots);

    /// <summary>Whether a server was reached and is trusted. Before that, no request was sent.</summary>
    public bool HasConnected { get; private set; } = endpoint?.Scheme == Uri.UriSchemeHttp;

    public override HttpClient CreateHttpClient(IClientConfig clientConfig) => new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        ActivityHeadersPropagator = null,
        MaxResponseHeadersLength = MaxHeaderKilobytes,
        SslOptions = new SslClientAuthenticationOptions
        {
            CertificateChainPolicy = TlsTrust.Policy([]),
            RemoteCertificateValidationCallback = Verify,
        },
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>Each client keeps its own connection between calls.</summary>
    public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

    public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;

    private static List<byte[]> Read(string roots)
    {
        // Load the minimum version and the ciphers from openssl.cnf. This process has initialized OpenSSL without them.
        LibCrypto.LoadConfiguration();
        return TlsTrust.ReadEncoded(Setting, roots);
    }

    /// <returns>Always true.</returns>
    /// <exception cref="AuthenticationException">The server is not trusted. The message says why.</exception>
    private bool Verify(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        // openssl.cnf may allow older versions.
        if (sender is SslStream { SslProtocol: not (SslProtocols.Tls12 or SslProtocols.Tls13) } tls)
            throw new AuthenticationException($"the server speaks {tls.SslProtocol}, which is too old");
        var authorities = TlsTrust.Above(certificate, chain, _authorities);
        var name = (sender as SslStream)?.TargetHostName ?? "this server";
        if (TlsTrust.FaultOf(certificate, chain, errors, authorities, roots, name) is { } fault)
            throw new AuthenticationException(fault);
        return HasConnected = true;
    }
}
