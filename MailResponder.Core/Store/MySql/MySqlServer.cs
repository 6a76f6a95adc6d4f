using System.Net.Security;
using System.Security.Authentication;
using MailResponder.Aws;
using MailResponder.Files;
using MailResponder.Native;
using MailResponder.Settings;
using MySqlConnector;

namespace MailResponder.Store.MySql;

/// <summary>The server that the settings name, and the ways to log in to it.</summary>
/// <param name="settings">Where it is, and as whom.</param>
/// <param name="answersMessage">
/// The process answers one message. Its <see cref="Alarm"/> ends a login that hangs, and its TLS need not know all that
/// the host trusts (<see cref="NarrowedRoots"/>); both save time.
/// </param>
internal sealed class MySqlServer(MySqlSettings settings, bool answersMessage = false)
{
    private const int MaxConnectSeconds = 10;

    public MySqlSettings Settings => settings;

    /// <summary>Opens a connection to the database as the responder's user.</summary>
    /// <param name="maxWait">For the connection, and then for each answer.</param>
    /// <exception cref="MySqlException">The server is away or refuses.</exception>
    /// <exception cref="Exception">The same: see <see cref="MySqlTrouble.IsTrouble"/>.</exception>
    /// <exception cref="ResponderException">The password file or <c>ssl_ca</c> cannot be used.</exception>
    public MySqlConnection Connect(TimeSpan maxWait) =>
        Open(Login(settings.Socket, settings.User, settings.PasswordFile, settings.Database, maxWait));

    /// <summary>Opens a connection to no database in particular as somebody who may create one.</summary>
    /// <inheritdoc cref="Connect"/>
    public MySqlConnection ConnectAs(MySqlAdministrator administrator, TimeSpan maxWait) => Open(Login(
        administrator.Socket ?? settings.Socket, administrator.User, administrator.PasswordFile, "", maxWait));

    private MySqlConnectionStringBuilder Login(
        string? socket, string user, string? passwordFile, string database, TimeSpan maxWait)
    {
        // Rounded down, so that the timeout comes before the deadline.
        var seconds = (uint)Math.Max(1, maxWait.TotalSeconds);
        return new MySqlConnectionStringBuilder
        {
            UserID = user,
            Password = passwordFile is null ? "" : SecretFile.ReadPassword(passwordFile),
            Database = database,
            Server = socket ?? settings.Server!,
            Port = (uint)settings.Port,
            ConnectionProtocol = socket is null ? MySqlConnectionProtocol.Sockets : MySqlConnectionProtocol.UnixSocket,
            SslMode = socket is not null ? MySqlSslMode.None : settings.Tls switch
            {
                // The library's own VerifyFull and VerifyCA send the password before they refuse a certificate, and
                // with its SslCa it takes certificates that the authority has not signed. See Verification.
                TlsMode.VerifyFull or TlsMode.VerifyCa or TlsMode.Required => MySqlSslMode.Required,
                TlsMode.Preferred => MySqlSslMode.Preferred,
                _ => MySqlSslMode.None,
            },
            // Zero means no timeout, and no timer thread.
            ConnectionTimeout = socket is not null && answersMessage ? 0 : Math.Min(MaxConnectSeconds, seconds),
            DefaultCommandTimeout = seconds,
            // A statement that takes too long ends with its connection, not by KILL over another connection.
            CancellationTimeout = -1,
            Pooling = false,
            // Account names contain @, which must not start a parameter.
            AllowUserVariables = true,
        };
    }

    /// <remarks>
    /// caching_sha2_password of MySQL 8 needs the password itself when the server has not seen it since it started.
    /// Over a socket the server takes it in clear, but the library sends it through TLS only (and the server would not
    /// take the library's other way, by the server's RSA key). TLS costs ten times the rest of a login, so it is used
    /// for that one login. Its certificate proves nothing that the socket's path does not.
    /// </remarks>
    private MySqlConnection Open(MySqlConnectionStringBuilder login)
    {
        try
        {
            return OpenOnce(login);
        }
        catch (MySqlException exception) when (
            login.ConnectionProtocol == MySqlConnectionProtocol.UnixSocket
            && MySqlTrouble.NeedsTlsForPassword(exception))
        {
            login.SslMode = MySqlSslMode.Required;
            return OpenOnce(login);
        }
    }

    private MySqlConnection OpenOnce(MySqlConnectionStringBuilder login)
    {
        var connection = new MySqlConnection(login.ConnectionString);
        try
        {
            if (login.ConnectionProtocol == MySqlConnectionProtocol.Sockets
                && settings.Tls is TlsMode.VerifyFull or TlsMode.VerifyCa)
                connection.RemoteCertificateValidationCallback = Verification();
            connection.Open();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Verifies what the server has sent, before it is sent a password.</summary>
    /// <exception cref="ResponderException"><c>ssl_ca</c> cannot be read, or holds no certificate.</exception>
    private RemoteCertificateValidationCallback Verification()
    {
        var file = settings.TlsAuthorities;
        var authorities = file is null ? null : TlsTrust.Read("ssl_ca", file);
        var host = settings.Tls == TlsMode.VerifyFull ? settings.Server : null;
        if (answersMessage && file is not null)
            NarrowedRoots.Set(file);
        return (_, certificate, sent, errors) =>
            TlsTrust.FaultOf(certificate, sent, errors, authorities, file, host) is { } fault
                ? throw new AuthenticationException(fault) : true;
    }
}
