using MailResponder.Settings;
using MailResponder.Store.MySql;
using MySqlConnector;

namespace MailResponder.Tests.Store;

/// <summary>The ways of logging in to a server that work, and those that are refused.</summary>
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
        var settings = server.OverTls(server.NewDatabase()) with
        {
            Tls = mode,
            TlsAuthorities = server.PathTo("other-ca.pem"),
        };

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
        // 127.0.0.2 is this host too, but it is not in the certificate.
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
                AssertRefused(settings with { Tls = mode },
                    "the server has no TLS; switch it on (ssl_cert, ssl_key), or set ssl_mode to none");
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
    public void Ed25519_IsNamedAsWhatTheResponderDoesNotSpeak()
    {
        var settings = server.NewDatabase();
        server.AsAdministrator($"ALTER USER {settings.User}@localhost IDENTIFIED VIA ed25519 USING PASSWORD('secret')");

        AssertRefused(
            settings, $"the user {settings.User} logs in by a plugin that the responder or the server does not "
            + "support; let it log in by mysql_native_password, caching_sha2_password, sha256_password, unix_socket "
            + "or auth_socket (ed25519 or parsec)");
    }

    [Fact]
    public void RequiredTls_IsNamedBesideThePassword()
    {
        var settings = server.NewDatabase();
        server.AsAdministrator($"ALTER USER {settings.User}@'%' REQUIRE SSL");

        AssertRefused(server.OverTls(settings) with { Tls = TlsMode.None },
            "or its password, or requires TLS (require_secure_transport, REQUIRE SSL); check");
        Assert.NotEmpty(Cipher(server.OverTls(settings)));
    }

    [Fact]
    public void RequiredCertificate_IsNamedBesideThePassword()
    {
        var settings = server.NewDatabase();
        server.AsAdministrator($"ALTER USER {settings.User}@'%' REQUIRE X509");

        AssertRefused(server.OverTls(settings), "or its password, or requires a client certificate (REQUIRE X509)");
    }

    [Fact]
    public void ServerThatRequiresTls_IsNamed()
    {
        var settings = server.OverTls(server.NewDatabase());
        server.AsAdministrator("SET GLOBAL require_secure_transport = ON");
        try
        {
            // MySQL has its own error for this, 3159.
            AssertRefused(settings with { Tls = TlsMode.None }, "requires TLS (require_secure_transport, REQUIRE SSL)");
            Assert.NotEmpty(Cipher(settings));
        }
        finally
        {
            server.AsAdministrator("SET GLOBAL require_secure_transport = OFF");
        }
    }

    [Fact]
    public void LockedAccount_IsToldTheStatementThatUnlocksIt()
    {
        var settings = server.NewDatabase();
        server.AsAdministrator($"ALTER USER {settings.User}@localhost ACCOUNT LOCK");

        var failure = Refusal(settings);
        Assert.Contains($"the account of the user {settings.User} is locked; run as administrator: ALTER USER", failure,
            StringComparison.Ordinal);
        server.AsAdministrator(failure[failure.IndexOf("ALTER USER", StringComparison.Ordinal)..]);

        new MySqlServer(settings).Connect(TimeSpan.FromSeconds(10)).Dispose();
    }

    [Theory]
    [InlineData("ON")]
    [InlineData("OFF")]
    public void ExpiredPassword_IsSetAnewByInit(string disconnects)
    {
        var settings = server.NewDatabase();
        server.AsAdministrator(
            $"SET GLOBAL disconnect_on_expired_password = {disconnects}; ALTER USER {settings.User}@localhost "
            + $"PASSWORD EXPIRE");
        try
        {
            AssertRefused(
                settings, $"the password of the user {settings.User} has expired; set it again with: responder "
                + "database init --admin-user NAME");
            MySqlSetup.CreateDatabaseAndUser(
                settings, new MySqlAdministrator(Environment.UserName, null, server.Socket));

            new MySqlServer(settings).Connect(TimeSpan.FromSeconds(10)).Dispose();
        }
        finally
        {
            server.AsAdministrator("SET GLOBAL disconnect_on_expired_password = OFF");
        }
    }

    [Fact]
    public void Socket_IsUsedWithoutTls() => Assert.Empty(Cipher(server.NewDatabase()));

    [Fact]
    public void PasswordFileThatOthersCanRead_IsRefused()
    {
        var settings = server.NewDatabase();
        File.SetUnixFileMode(settings.PasswordFile!, UnixFileMode.UserRead | UnixFileMode.OtherRead);

        var failure = Assert.Throws<ResponderException>(
            () => new MySqlServer(settings).Connect(TimeSpan.FromSeconds(10)));
        Assert.Contains("chmod 0640", failure.Message, StringComparison.Ordinal);
    }

    private static string Cipher(MySqlSettings settings)
    {
        using var connection = new MySqlServer(settings).Connect(TimeSpan.FromSeconds(10));
        using var command = new MySqlCommand(
            "SELECT variable_value FROM information_schema.session_status WHERE variable_name = 'Ssl_cipher'",
            connection);
        return (string)command.ExecuteScalar()!;
    }

    private static void AssertNoTrust(MySqlSettings settings) =>
        AssertRefused(settings, "no trustworthy TLS connection (the server's certificate is not ");

    private static void AssertRefused(MySqlSettings settings, string words) =>
        Assert.Contains(words, Refusal(settings), StringComparison.Ordinal);

    private static string Refusal(MySqlSettings settings)
    {
        try
        {
            return $"let in {Cipher(settings)}";
        }
        catch (Exception exception) when (MySqlTrouble.IsTrouble(exception))
        {
            return MySqlTrouble.Translate(exception, settings).Message;
        }
    }
}
