using Dapper;
using MailResponder.Files;
using MailResponder.Settings;
using MySqlConnector;

namespace MailResponder.Store.MySql;

/// <summary>Creates the database and a user with the least privileges, on behalf of an administrator.</summary>
internal static class MySqlSetup
{
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Creates the database and the user if they are missing, and grants the privileges. Sets the user's password to
    /// the one in the password file of the settings, even if the user exists. Without a password file, the server will
    /// authenticate the user as the Unix user of the same name.
    /// </summary>
    /// <returns>The account that may use the database: 'user'@'host'.</returns>
    /// <exception cref="ResponderException">
    /// The administrator cannot log in or lacks privileges, or the password file cannot be used.
    /// </exception>
    public static string CreateDatabaseAndUser(MySqlSettings settings, MySqlAdministrator administrator)
    {
        var password = settings.PasswordFile is null ? null : SecretFile.ReadPassword(settings.PasswordFile);
        try
        {
            using var connection = new MySqlServer(settings).ConnectAs(administrator, MaxWait);
            // The statements below escape with backslashes, which NO_BACKSLASH_ESCAPES in sql_mode would disable.
            connection.Execute("SET SESSION sql_mode = ''");
            var account = MySqlGrants.AccountOf(settings);
            var secret = Secret(connection, password) + Protection(settings);
            connection.Execute(
                $"CREATE DATABASE IF NOT EXISTS {MySqlGrants.Identifier(settings.Database)} CHARACTER SET utf8mb4");
            connection.Execute($"CREATE USER IF NOT EXISTS {account} {secret}");
            connection.Execute($"ALTER USER {account} {secret}");
            connection.Execute(MySqlGrants.Statement(settings, account));
            return account;
        }
        catch (Exception exception) when (MySqlTrouble.IsTrouble(exception))
        {
            throw MySqlTrouble.Translate(exception, settings, administrator);
        }
    }

    private static string Secret(MySqlConnection connection, string? password) =>
        password is not null ? "IDENTIFIED BY " + MySqlGrants.Text(password)
            : connection.ServerVersion.Contains("MariaDB", StringComparison.OrdinalIgnoreCase)
            ? "IDENTIFIED VIA unix_socket"
            : "IDENTIFIED WITH auth_socket";

    /// <summary>
    /// Returns the REQUIRE clause of the user: if the settings require TLS, the user cannot log in without it.
    /// </summary>
    private static string Protection(MySqlSettings settings) =>
        settings.Socket is not null ? "" : settings.Tls is TlsMode.None or TlsMode.Preferred ? " REQUIRE NONE"
            : " REQUIRE SSL";
}

/// <summary>A user who may create databases and users on the server.</summary>
/// <param name="PasswordFile">
/// The file with the password. Null: the server authenticates the administrator as the Unix user, over a socket.
/// </param>
/// <param name="Socket">The server's Unix socket. Null: connect as the settings say.</param>
internal sealed record MySqlAdministrator(string User, string? PasswordFile, string? Socket);
