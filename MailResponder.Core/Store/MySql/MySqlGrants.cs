using System.Data.Common;
using Dapper;
using MailResponder.Settings;

namespace MailResponder.Store.MySql;

/// <summary>The privileges that the responder's user needs.</summary>
internal static class MySqlGrants
{
    /// <summary>The needed privileges: four for messages, and CREATE for creating the tables.</summary>
    public static readonly string[] Needed = ["SELECT", "INSERT", "UPDATE", "DELETE", "CREATE"];

    /// <summary>
    /// Returns the GRANT statement for an administrator to run. It grants all needed privileges, even if only some are
    /// missing: a grant may name the database literally or by a pattern, and the server applies only one of the two.
    /// </summary>
    /// <param name="settings">The database and its user.</param>
    /// <param name="account">'user'@'host'. Null: the account that <see cref="AccountOf"/> returns.</param>
    public static string Statement(MySqlSettings settings, string? account) =>
        $"GRANT {string.Join(", ", Needed)} ON {Pattern(settings.Database)}.* TO {account ?? AccountOf(settings)};";

    /// <summary>Returns the account that <c>database init</c> creates: 'user'@'host'.</summary>
    public static string AccountOf(MySqlSettings settings) =>
        $"{Text(settings.User)}@{(settings.Socket is null ? "'%'" : "'localhost'")}";

    /// <summary>
    /// Returns the needed privileges that are not granted to the connection's account. Privileges granted through a
    /// role are not seen and count as missing.
    /// </summary>
    public static List<string> Missing(DbConnection connection, MySqlSettings settings)
    {
        var parameters = new DynamicParameters();
        // The column grantee does not escape quotes.
        parameters.Add("account", Account(connection, part => $"'{part}'"));
        parameters.Add("database", settings.Database);
        var granted = connection.Query<string>(
            """
            SELECT privilege_type FROM information_schema.user_privileges WHERE grantee = @account
            UNION
            SELECT privilege_type FROM information_schema.schema_privileges
            WHERE grantee = @account AND @database LIKE table_schema
            """, parameters).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return [.. Needed.Where(privilege => !granted.Contains(privilege))];
    }

    /// <summary>Returns the account that the server uses for the connection: 'user'@'host'.</summary>
    public static string Account(DbConnection connection) => Account(connection, Text);

    private static string Account(DbConnection connection, Func<string, string> quoted)
    {
        var user = connection.ExecuteScalar<string>("SELECT CURRENT_USER()")!;
        var at = user.LastIndexOf('@');
        return $"{quoted(user[..at])}@{quoted(user[(at + 1)..])}";
    }

    /// <summary>Quotes an identifier for use in a statement.</summary>
    public static string Identifier(string name) => "`" + name.Replace("`", "``", StringComparison.Ordinal) + "`";

    /// <summary>
    /// Quotes a string for a statement that accepts no parameters. NO_BACKSLASH_ESCAPES must be off.
    /// </summary>
    public static string Text(string text) =>
        "'" + text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal) + "'";

    /// <summary>Quotes a database name for GRANT, where _ and % are wildcards unless they are escaped.</summary>
    private static string Pattern(string database) => Identifier(database
        .Replace(@"\", @"\\", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal)
        .Replace("%", @"\%", StringComparison.Ordinal));
}
