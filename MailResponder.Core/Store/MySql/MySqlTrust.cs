using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using MailResponder.Aws;
using MailResponder.Settings;

namespace MailResponder.Store.MySql;

/// <summary>
/// Whether a certificate is that of the server which the settings name. Nothing is asked of the network.
/// </summary>
internal sealed class MySqlTrust : IDisposable
{
    private readonly MySqlSettings _settings;
    private readonly X509Certificate2Collection? _authorities;

    /// <exception cref="ResponderException"><c>ssl_ca</c> cannot be read, or holds no certificate.</exception>
    public MySqlTrust(MySqlSettings settings)
    {
        _settings = settings;
        _authorities = settings.TlsAuthorities is { } file ? TlsTrust.Read("ssl_ca", file) : null;
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
        var host = _settings.Tls == TlsMode.VerifyFull ? _settings.Server : null;
        return TlsTrust.FaultOf(certificate, sent, errors, _authorities, _settings.TlsAuthorities, host) is { } fault
            ? throw new AuthenticationException(fault) : true;
    }

    public void Dispose()
    {
        foreach (var authority in _authorities ?? [])
            authority.Dispose();
    }
}
