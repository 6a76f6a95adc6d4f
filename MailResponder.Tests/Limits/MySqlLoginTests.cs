using System.Security.Authentication;
using MailResponder.Limits;
using MailResponder.Settings;
using MySqlConnector;

namespace MailResponder.Tests.Limits;

/// <summary>The ways in to a server, and those that are shut.</summary>
[Collection(PrivateMariaDb.Collection)]
public sealed class MySqlLoginTests(PrivateMariaDb server)
{
    [Theory]
    [InlineData(TlsMode.VerifyFull, true)]
    [InlineData(TlsMode.VerifyCa, true)]
    [InlineData(TlsMode.Required, true)]
    [InlineData(TlsMode.Preferred, true)]
    [InlineData(TlsMode.None, false)]
    internal void TlsMode_IsWhatIsUsed(TlsMode mode, bool encrypted)
    {
        var settings = server.OverTls(server.NewDatabase()) with { Tls = mode };

        Assert.Equal(encrypted, Cipher(settings).Length > 0);
    }

    [Theory]
    [InlineData(TlsMode.VerifyFull)]
    [InlineData(TlsMode.VerifyCa)]
    internal void CertificateOfAnotherAuthority_IsRefused(TlsMode mode)
    {
        var settings = server.OverTls(server.NewDatabase()) with { Tls = mode, TlsAuthorities = server.PathTo("other-ca.pem") };

        AssertNoTrust(settings);
    }

    [Theory]
    [InlineData(TlsMode.VerifyFull)]
    [InlineData(TlsMode.VerifyCa)]
    internal void CertificateThatTheSystemDoesNotKnow_IsRefused(TlsMode mode)
    {
        var settings = server.OverTls(server.NewDatabase()) with { Tls = mode, TlsAuthorities = null };

        AssertNoTrust(settings);
    }

    [Fact]
    public void CertificateForAnotherName_IsRefusedOnlyInFull()
    {
        // 127.0.0.2 is this host too, and not in the certificate.
        server.Restart("--bind-address=127.0.0.2");
        try
        {
            var settings = server.OverTls(server.NewDatabase()) with { Server = "127.0.0.2" };

            AssertNoTrust(settings);
            Assert.NotEmpty(Cipher(settings with { Tls = TlsMode.VerifyCa }));
        }
        finally
        {
            server.Restart();
        }
    }

    [Fact]
    public void ServerWithoutTls_IsRefusedUnlessOnlyPreferred()
    {
        var settings = server.OverTls(server.NewDatabase());
        server.Restart("--skip-ssl");
        try
        {
            foreach (var mode in (TlsMode[])[TlsMode.VerifyFull, TlsMode.VerifyCa, TlsMode.Required])
                AssertNoTrust(settings with { Tls = mode });
            Assert.Empty(Cipher(settings with { Tls = TlsMode.Preferred, TlsAuthorities = null }));
        }
        finally
        {
            server.Restart();
        }
    }

    [Fact]
    public void UnixUser_NeedsNoPasswordOverTheSocket()
    {
        var settings = server.NewDatabase() with { User = Environment.UserName, PasswordFile = null };

        using var connection = new MySqlServer(settings).Connect(TimeSpan.FromSeconds(10));

        Assert.Equal($"'{Environment.UserName}'@'localhost'", MySqlGrants.Account(connection));
    }

    [Fact]
    public void Ed25519_IsSpoken()
    {
        var settings = server.NewDatabase();
        server.AsAdministrator($"ALTER USER {settings.User}@localhost IDENTIFIED VIA ed25519 USING PASSWORD('secret')");

        new MySqlServer(settings).Connect(TimeSpan.FromSeconds(10)).Dispose();
        Assert.Throws<MySqlException>(() =>
            new MySqlServer(settings with { PasswordFile = server.Secret("wrong", "wrong") }).Connect(TimeSpan.FromSeconds(10)));
    }

    [Fact]
    public void PasswordFileThatOthersCanRead_IsRefused()
    {
        var settings = server.NewDatabase();
        File.SetUnixFileMode(settings.PasswordFile!, UnixFileMode.UserRead | UnixFileMode.OtherRead);

        var failure = Assert.Throws<ResponderException>(() => new MySqlServer(settings).Connect(TimeSpan.FromSeconds(10)));
        Assert.Contains("chmod 0640", failure.Message, StringComparison.Ordinal);
    }

    static string Cipher(MySqlSettings settings)
    {
        using var connection = new MySqlServer(settings).Connect(TimeSpan.FromSeconds(10));
        using var command = new MySqlCommand("SELECT variable_value FROM information_schema.session_status WHERE variable_name = 'Ssl_cipher'", connection);
        return (string)command.ExecuteScalar()!;
    }

    static void AssertNoTrust(MySqlSettings settings)
    {
        var failure = Assert.Throws<MySqlException>(() => Cipher(settings));
        Assert.IsType<AuthenticationException>(failure.InnerException);
        Assert.Contains("no trustworthy TLS connection", MySqlTrouble.Translate(failure, settings).Message, StringComparison.Ordinal);
    }
}
