using System.Security.Authentication;
using MailResponder.Settings;
using MySqlConnector;

namespace MailResponder.Limits;

/// <summary>
/// The server's error numbers (its manual, "Server Error Reference") in the operator's words. All of them are
/// temporary for mail. Of the server's own text only accounts and privileges are taken over: the rest may quote data.
/// </summary>
internal static class MySqlTrouble
{
    public static ResponderException Translate(MySqlException exception, MySqlSettings settings) =>
        new(Cause.Database, $"database {settings.Place}: {Describe(exception, settings)}", exception);

    /// <summary>The same for what only an administrator does.</summary>
    public static ResponderException TranslateForAdministrator(
        MySqlException exception, MySqlSettings settings, MySqlAdministrator administrator) => exception.Number switch
        {
            1045 or 1698 => new(Cause.Database, $"database {settings.Place}: the server refuses the administrator {administrator.User}; "
                + "give --admin-password-file, or run this on the server itself as root with --admin-socket", exception),
            1044 or 1142 or 1227 or 1410 => new(Cause.Database, $"database {settings.Place}: {administrator.User} may not create databases, "
                + "users or grants; log in as an administrator who may", exception),
            1819 => new(Cause.Database, $"database {settings.Place}: the server finds the password in password_file too weak", exception),
            _ => Translate(exception, settings),
        };

    private static string Describe(MySqlException exception, MySqlSettings settings) => exception.Number switch
    {
        _ when exception.InnerException is DllNotFoundException => exception.Message,
        _ when exception.InnerException is AuthenticationException tls =>
            $"no trustworthy TLS connection ({tls.Message}); check ssl_mode, ssl_ca and the server's certificate",
        -1 or 0 or 1042 or 1053 or 1927 => "the server cannot be reached or went away, or is no MySQL; check that it runs and what is between",
        3 or 1021 or 1026 or 1030 or 1114 => "the server cannot write; its disk is full",
        1040 or 1203 => "the server has too many connections; raise max_connections",
        1044 => $"the user has no rights in it; run as administrator: {MySqlGrants.Statement(settings, AccountIn(exception))}",
        1045 or 1698 => $"the server refuses the user {settings.User} or its password; check user and password_file, "
            + "or set both up with: responder database init --admin-user NAME",
        1049 => "the server has no such database; create it with: responder database init --admin-user NAME",
        1129 or 1130 => "the server does not let this host in; check the host part of the user's account",
        1142 or 1143 => $"the user lacks {PrivilegeIn(exception)}; run as administrator: {MySqlGrants.Statement(settings, AccountIn(exception))}",
        1146 or 1054 => "tables are missing or not the responder's; use a database of its own, and see: responder database status",
        1205 or 1213 => "is locked by others for too long",
        1226 => "the user has as many connections, or has done as much this hour, as its account may",
        1290 when !exception.Message.Contains("read", StringComparison.OrdinalIgnoreCase) => "the server runs with an option that forbids this statement",
        1290 or 1792 or 1836 or 1874 => "the server is read-only; name the primary server, not a replica, or end its read_only",
        1665 => "the server logs in a form that cannot hold these transactions; set binlog_format to MIXED or ROW",
        _ => $"MySQL error {exception.Number}",
    };

    /// <summary>The account that the server named: 'user'@'host'.</summary>
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

    /// <summary>"INSERT command denied to …" names the right that a statement lacked.</summary>
    private static string PrivilegeIn(MySqlException exception) =>
        Array.Find(MySqlGrants.Needed, privilege => exception.Message.StartsWith(privilege, StringComparison.Ordinal)) ?? "a right";
}
