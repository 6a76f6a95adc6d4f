using Dapper;
using MailResponder.Files;
using MailResponder.Settings;
using MySqlConnector;

namespace MailResponder.Store.MySql;

/// <summary>What an administrator does once for the responder: a database, a user, and the least rights.</summary>
internal static class MySqlSetup
{
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Creates what is missing. The user's password becomes the one in the settings' password file, also when the user
    /// is there already; without such a file the server will know the user by the Unix user of the same name.
    /// </summary>
    /// <returns>The account that may use the database: 'user'@'host'.</returns>
    /// <exception cref="ResponderException">The administrator cannot log in or may not do it.</exception>
    public static string CreateDatabaseAndUser(MySqlSettings settings, MySqlAdministrator administrator)
    {
        var password = settings.PasswordFile is null ? null : SecretFile.ReadPassword(settings.PasswordFile);
        try
        {
            using var connection = new MySqlServer(settings).ConnectAs(administrator, MaxWait);
            // What follows writes quotes as backslashes; a server can be told to read them otherwise.
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

    /// <summary>A user of the network that is meant to come by TLS cannot come without.</summary>
    private static string Protection(MySqlSettings settings) =>
        settings.Socket is not null ? "" : settings.Tls is TlsMode.None or TlsMode.Preferred ? " REQUIRE NONE"
            : " REQUIRE SSL";
}

/// <summary>Who may create databases and users on the server.</summary>
/// <param name="PasswordFile">Null: the server knows the administrator by the Unix user, over a socket.</param>
/// <param name="Socket">Null: the way that the settings name.</param>
internal sealed record MySqlAdministrator(string User, string? PasswordFile, string? Socket);
