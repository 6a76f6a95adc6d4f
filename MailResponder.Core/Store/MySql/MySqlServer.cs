using System.Net.Security;
using System.Security.Authentication;
using MailResponder.Aws;
using MailResponder.Files;
using MailResponder.Native;
using MailResponder.Settings;
using MySqlConnector;

namespace MailResponder.Store.MySql;

/// <summary>Opens connections to the server that the settings name.</summary>
/// <param name="settings">The server's address and the user.</param>
/// <param name="answersMessage">
/// Whether the process answers one message. If so, two things save time: the process's <see cref="Alarm"/> replaces the
/// timeout of a login over a socket, and .NET loads the host's certificates only if they are needed
/// (<see cref="NarrowedRoots"/>).
/// </param>
internal sealed class MySqlServer(MySqlSettings settings, bool answersMessage = false)
{
    private const int MaxConnectSeconds = 10;

    public MySqlSettings Settings => settings;

    /// <summary>Opens a connection to the database as the responder's user.</summary>
    /// <param name="maxWait">How long to wait for the connection, and then for the answer to each statement.</param>
    /// <exception cref="MySqlException">The server is down or refuses the login.</exception>
    /// <exception cref="Exception">
    /// The server is down or refuses the login. <see cref="MySqlTrouble.IsTrouble"/> is true for the exception.
    /// </exception>
    /// <exception cref="ResponderException">The password file or <c>ssl_ca</c> cannot be used.</exception>
    public MySqlConnection Connect(TimeSpan maxWait) =>
        Open(Login(settings.Socket, settings.User, settings.PasswordFile, settings.Database, maxWait));

    /// <summary>Opens a connection as the administrator, without selecting a database.</summary>
    /// <inheritdoc cref="Connect"/>
    public MySqlConnection ConnectAs(MySqlAdministrator administrator, TimeSpan maxWait) => Open(Login(
        administrator.Socket ?? settings.Socket, administrator.User, administrator.PasswordFile, "", maxWait));

    private MySqlConnectionStringBuilder Login(
        string? socket, string user, string? passwordFile, string database, TimeSpan maxWait)
    {
        // Round down, so that the timeout comes before the deadline.
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
                // The library's own VerifyFull and VerifyCA send the password before they reject a certificate. With
                // its SslCa, it accepts certificates that the authority has not signed. Verification does better.
                TlsMode.VerifyFull or TlsMode.VerifyCa or TlsMode.Required => MySqlSslMode.Required,
                TlsMode.Preferred => MySqlSslMode.Preferred,
                _ => MySqlSslMode.None,
            },
            // Zero means no timeout, and saves a timer thread.
            ConnectionTimeout = socket is not null && answersMessage ? 0 : Math.Min(MaxConnectSeconds, seconds),
            DefaultCommandTimeout = seconds,
            // After a timeout, close the connection. Do not open another one to send KILL.
            CancellationTimeout = -1,
            Pooling = false,
            // Statements may contain account names with @, which must not be read as a parameter.
            AllowUserVariables = true,
        };
    }

    /// <summary>
    /// Opens a connection. Over a Unix socket, tries again with TLS if the server needs the password itself.
    /// </summary>
    /// <remarks>
    /// With caching_sha2_password of MySQL 8, the server needs the password itself if the user has not logged in since
    /// the server started. Over a socket, the server accepts it in clear text, but the library sends it only through
    /// TLS. (The library can also encrypt it with the server's RSA key, but the server does not accept that over a
    /// socket.) TLS costs ten times the rest of a login, so it is used only for that one login. The certificate is not
    /// checked: it would prove nothing that the socket's path does not.
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
            var verifies = login.ConnectionProtocol == MySqlConnectionProtocol.Sockets
                && settings.Tls is TlsMode.VerifyFull or TlsMode.VerifyCa;
            if (verifies)
                connection.RemoteCertificateValidationCallback = Verification();
            // Only a verification without ssl_ca uses the host's certificates.
            if (answersMessage && !(verifies && settings.TlsAuthorities is null))
                NarrowedRoots.Set(NarrowedRoots.Nothing);
            connection.Open();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Returns a callback that verifies the server's certificate before the password is sent.</summary>
    /// <exception cref="ResponderException"><c>ssl_ca</c> cannot be read or holds no certificate.</exception>
    private RemoteCertificateValidationCallback Verification()
    {
        var file = settings.TlsAuthorities;
        var authorities = file is null ? null : TlsTrust.ReadEncoded("ssl_ca", file);
        var host = settings.Tls == TlsMode.VerifyFull ? settings.Server : null;
        return (_, certificate, sent, errors) =>
        {
            var above = authorities is null ? null : TlsTrust.Above(certificate, sent, authorities);
            var fault = TlsTrust.FaultOf(certificate, sent, errors, above, file, host);
            // If the file is damaged, this says so.
            if (fault is not null && file is not null)
                TlsTrust.Read("ssl_ca", file);
            return fault is null ? true : throw new AuthenticationException(fault);
        };
    }
}
