using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using MailResponder.Settings;
using MySqlConnector;

namespace MailResponder.Store.MySql;

/// <summary>
/// Describes the server's error numbers (MySQL manual, "Server Error Reference") for the operator. Each of them defers
/// the message. From the server's own text, only accounts and privileges are copied: the rest may quote data.
/// </summary>
internal static class MySqlTrouble
{
    private const string Away =
        "the server cannot be reached or went away, or is not MySQL; check that it runs, and the network to it";

    /// <summary>
    /// Whether the exception comes from MySqlConnector. When a connection breaks, MySqlConnector often throws no
    /// <see cref="MySqlException"/>, but the exception of the socket, the stream or the packet parser.
    /// </summary>
    public static bool IsTrouble(Exception exception) => exception is MySqlException or IOException or SocketException
        or InvalidOperationException or NotSupportedException or AuthenticationException or CryptographicException
        or ArgumentException or FormatException or InvalidCastException or OverflowException or IndexOutOfRangeException
        or OutOfMemoryException;

    /// <summary>
    /// Whether the connection must be replaced, although it may be open. After a failover the name has another address,
    /// so a new connection may reach a working server.
    /// </summary>
    public static bool EndsConnection(Exception exception) => exception is not MySqlException trouble
        || trouble.Number is 1047 or 1053 or 1156 or 1158 or 1159 or 1160 or 1161 or 1927 or 4031
        || IsReadOnly(trouble);

    /// <summary>Whether the server needs the password itself, which the library sends only through TLS.</summary>
    public static bool NeedsTlsForPassword(Exception exception) =>
        exception.Message.Contains("AllowPublicKeyRetrieval", StringComparison.Ordinal)
        || exception.Message.Contains("requires a secure connection", StringComparison.Ordinal);

    /// <summary>Translates an exception into one that tells the operator what to do.</summary>
    /// <param name="exception">An exception for which <see cref="IsTrouble"/> is true.</param>
    /// <param name="settings">The database in question.</param>
    /// <param name="administrator">The administrator who was logged in. Null: the responder's user was.</param>
    public static ResponderException Translate(
        Exception exception, MySqlSettings settings, MySqlAdministrator? administrator = null)
    {
        var problem = exception is not MySqlException trouble ? Describe(exception, settings)
            : administrator is null ? Describe(trouble, settings) : trouble.Number switch
            {
                1045 or 1698 => $"the server refuses the administrator {administrator.User}; "
                    + "give --admin-password-file, or run this on the server itself as root with --admin-socket",
                1044 or 1142 or 1227 or 1410 => $"{administrator.User} may not create databases, users or grants; log "
                    + "in as an administrator who may",
                1819 => "the server rejects the password in password_file as too weak",
                _ => Describe(trouble, settings),
            };
        return new ResponderException(Cause.Database, $"database {settings.Place}: {problem}", exception);
    }

    private static bool IsReadOnly(MySqlException exception) => exception.Number is 1792 or 1836 or 1874
        || (exception.Number == 1290 && exception.Message.Contains("read", StringComparison.OrdinalIgnoreCase));

    private static string Describe(Exception exception, MySqlSettings settings) =>
        exception is NotSupportedException && exception.Message.Contains("auth", StringComparison.OrdinalIgnoreCase)
            ? OfPlugin(settings) + (exception.Message.Contains("ed25519", StringComparison.Ordinal)
            ? " (ed25519 or parsec)" : "")
            : $"{Away} ({(exception.InnerException ?? exception).GetType().Name})";

    private static string Describe(MySqlException exception, MySqlSettings settings) => exception.Number switch
    {
        _ when exception.InnerException is AuthenticationException tls =>
            $"no trustworthy TLS connection ({tls.Message}); check ssl_mode, ssl_ca and the server's certificate",
        _ when NeedsTlsForPassword(exception) =>
            $"the server accepts the user {settings.User} by TLS only; set ssl_mode to verify-full",
        _ when exception.Message == "Server does not support SSL" =>
            "the server has no TLS; " + (settings.Socket is null
                ? "switch it on (ssl_cert, ssl_key), or set ssl_mode to none if nobody can listen on the network"
                : $"without it the password of {settings.User} cannot be sent to MySQL: switch TLS on, or let the user "
                    + "log in by auth_socket"),
        -1 or 0 or 1042 or 1053 or 1156 or 1158 or 1159 or 1160 or 1161 or 1927 or 4031 => Away,
        3 or 1021 or 1026 or 1030 or 1114 => "the server cannot write; its disk is full",
        1036 => "the tables are read-only on the server (innodb_read_only, innodb_force_recovery, or the owner of its "
            + "files); see its log",
        1040 or 1203 => "the server has too many connections; raise max_connections",
        1044 => "the user has no privileges on it; run as administrator: "
            + MySqlGrants.Statement(settings, AccountIn(exception)),
        1045 or 1698 => $"the server refuses the user {settings.User} or its password{RequirementOf(settings)}; check "
            + "user and password_file, or set both up with: responder database init --admin-user NAME",
        1047 => "the server is not ready, or not part of its cluster (wsrep_ready); see its log",
        1049 => "the server has no such database; create it with: responder database init --admin-user NAME",
        1129 or 1130 => "the server does not accept this host; check the host part of the user's account",
        1142 or 1143 => $"the user lacks {PrivilegeIn(exception)}; run as administrator: "
            + MySqlGrants.Statement(settings, AccountIn(exception)),
        1146 or 1054 =>
            "tables are missing or not the responder's; give it its own database, and see: responder database status",
        1175 => "the server forbids changes without a key (sql_safe_updates); turn this off in its settings and in "
            + "init_connect",
        1184 => "the server closes new connections: its init_connect fails, or the user lacks privileges for it; see "
            + "the server's log",
        1205 or 1213 => "has been locked by others for too long",
        1226 => "the user has reached a limit of its account, on connections or on statements per hour",
        1251 or 1524 => OfPlugin(settings),
        1290 when !IsReadOnly(exception) => "the server runs with an option that forbids this statement",
        1290 or 1792 or 1836 or 1874 =>
            "the server is read-only; name the primary server, not a replica, or turn off read_only",
        1317 => "somebody ended the statement (KILL QUERY); find out which watchdog does that",
        1665 => "the server's binary log cannot hold these transactions; set binlog_format to MIXED or ROW",
        1820 or 1862 =>
            $"the password of the user {settings.User} has expired; set it again with: responder database init "
                + "--admin-user NAME",
        1969 or 3024 =>
            "the server ends statements that take too long; raise max_statement_time or max_execution_time for the "
                + "user",
        3118 or 4151 => $"the account of the user {settings.User} is locked; run as administrator: ALTER USER "
            + $"{MySqlGrants.AccountOf(settings)} ACCOUNT UNLOCK;",
        3159 => "the server accepts connections by TLS only (require_secure_transport); set ssl_mode to verify-full",
        _ => $"MySQL error {exception.Number}",
    };

    private static string OfPlugin(MySqlSettings settings) =>
        $"the user {settings.User} logs in by a plugin that the responder or the server does not support; let it log "
            + "in by mysql_native_password, caching_sha2_password, sha256_password, unix_socket or auth_socket";

    /// <summary>
    /// Returns the other possible reason for a refused login. The server reports the same error for a wrong password
    /// and for a missing TLS connection or certificate that the account requires.
    /// </summary>
    private static string RequirementOf(MySqlSettings settings) => settings.Socket is not null
        || settings.Tls is TlsMode.None or TlsMode.Preferred
        ? ", or requires TLS (require_secure_transport, REQUIRE SSL)"
        : ", or requires a client certificate (REQUIRE X509), which the responder does not have";

    /// <summary>Returns the account that the server's text names: 'user'@'host'. Null if it names none.</summary>
    private static string? AccountIn(MySqlException exception)
    {
        var start = exception.Message.IndexOf("user '", StringComparison.Ordinal);
        if (start < 0)
            return null;
        var account = exception.Message.AsSpan(start + "user ".Length);
        var at = account.IndexOf("'@'");
        var end = at < 0 ? -1 : account[(at + 3)..].IndexOf('\'');
        return end < 0 ? null : account[..(at + 3 + end + 1)].ToString();
    }

    /// <summary>
    /// Returns the privilege that a statement lacked. The server's text begins with it, as in "INSERT command denied
    /// to …".
    /// </summary>
    private static string PrivilegeIn(MySqlException exception) =>
        Array.Find(MySqlGrants.Needed, privilege => exception.Message.StartsWith(privilege, StringComparison.Ordinal))
            ?? "a right";
}
