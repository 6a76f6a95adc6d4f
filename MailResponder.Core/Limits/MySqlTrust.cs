using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MailResponder.Settings;

namespace MailResponder.Limits;

/// <summary>Whether a certificate is that of the server which the settings name. Nothing is asked of the network.</summary>
internal sealed class MySqlTrust : IDisposable
{
    /// <summary>id-kp-serverAuth, RFC 5280, section 4.2.1.12.</summary>
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    private readonly MySqlSettings _settings;
    private readonly X509Certificate2Collection? _authorities;

    /// <exception cref="ResponderException"><c>ssl_ca</c> cannot be read, or holds no certificate.</exception>
    public MySqlTrust(MySqlSettings settings)
    {
        _settings = settings;
        _authorities = settings.TlsAuthorities is { } file ? Read(file) : null;
    }

    /// <summary>Verifies what the server has sent, before it is sent a password.</summary>
    /// <param name="sender">Not used.</param>
    /// <param name="certificate">The server's own.</param>
    /// <param name="sent">Holds those that the server has sent with it.</param>
    /// <param name="errors">What .NET found; its judgement on the name is taken over.</param>
    /// <returns>True.</returns>
    /// <exception cref="AuthenticationException">It is not to be trusted; says why.</exception>
    public bool Verify(object sender, X509Certificate? certificate, X509Chain? sent, SslPolicyErrors errors)
    {
        if (certificate is not X509Certificate2 server)
            throw new AuthenticationException("the server has shown no certificate");
        using var chain = new X509Chain { ChainPolicy = Policy(sent) };
        var isTrusted = chain.Build(server);
        if (!isTrusted)
            throw new AuthenticationException(Fault(chain.ChainStatus));
        if (_settings.Tls == TlsMode.VerifyFull && errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
            throw new AuthenticationException($"the server's certificate is not for {_settings.Server}");
        return isTrusted;
    }

    public void Dispose()
    {
        foreach (var authority in _authorities ?? [])
            authority.Dispose();
    }

    private X509ChainPolicy Policy(X509Chain? sent)
    {
        var policy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        policy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        if (sent is not null)
            policy.ExtraStore.AddRange(sent.ChainPolicy.ExtraStore);
        if (_authorities is null)
            return policy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.CustomTrustStore.AddRange(_authorities);
        return policy;
    }

    private string Fault(X509ChainStatus[] found)
    {
        var all = found.Aggregate(X509ChainStatusFlags.NoError, (flags, status) => flags | status.Status);
        if (all.HasFlag(X509ChainStatusFlags.NotTimeValid))
            return "the server's certificate, or one above it, has expired or is not valid yet";
        if ((all & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.NotSignatureValid)) != 0)
        {
            return "the server's certificate is not signed by an authority " +
                (_settings.TlsAuthorities is { } file ? $"in {file}" : "that this host knows");
        }

        return all.HasFlag(X509ChainStatusFlags.NotValidForUsage) ? "the server's certificate is not for servers"
            : $"the server's certificate, or one above it, is not valid: {all}";
    }

    private static X509Certificate2Collection Read(string file)
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            var bytes = RegularFile.ReadAllBytes(file);
            if (bytes.AsSpan().IndexOf("-----BEGIN "u8) >= 0)
                authorities.ImportFromPem(System.Text.Encoding.UTF8.GetString(bytes));
            else if (bytes.Length > 0)
                authorities.Add(X509CertificateLoader.LoadCertificate(bytes));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ResponderException(Cause.Settings, $"ssl_ca {file}: {FileTrouble.Describe(exception)}", exception);
        }
        catch (CryptographicException exception)
        {
            throw new ResponderException(Cause.Settings, $"ssl_ca {file}: is neither PEM nor DER, or is damaged", exception);
        }

        return authorities.Count > 0 ? authorities
            : throw new ResponderException(Cause.Settings, $"ssl_ca {file}: holds no certificate");
    }
}
