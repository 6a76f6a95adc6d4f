using System.Data.Common;
using Dapper;
using MailResponder.Settings;

namespace MailResponder.Store.MySql;

/// <summary>What the responder's user has to be allowed, and no more.</summary>
internal static class MySqlGrants
{
    /// <summary>Four for messages, one for the tables.</summary>
    public static readonly string[] Needed = ["SELECT", "INSERT", "UPDATE", "DELETE", "CREATE"];

    /// <summary>
    /// The statement that an administrator has to run. It grants all, whatever is missing: a database can be granted as
    /// a name and as a pattern, and of the two the server looks at one only.
    /// </summary>
    /// <param name="account">'user'@'host'; null: <see cref="AccountOf"/> the settings.</param>
    public static string Statement(MySqlSettings settings, string? account) =>
        $"GRANT {string.Join(", ", Needed)} ON {Pattern(settings.Database)}.* TO {account ?? AccountOf(settings)};";

    /// <summary>The account that <c>database init</c> makes: 'user'@'host'.</summary>
    public static string AccountOf(MySqlSettings settings) =>
        $"{Text(settings.User)}@{(settings.Socket is null ? "'%'" : "'localhost'")}";

    /// <summary>Those that the user of the connection lacks, as far as they are granted to itself.</summary>
    public static List<string> Missing(DbConnection connection, MySqlSettings settings)
    {
        var parameters = new DynamicParameters();
        parameters.Add("account", Account(connection));
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

    /// <summary>The account as which the server treats the connection: 'user'@'host'.</summary>
    public static string Account(DbConnection connection)
    {
        var user = connection.ExecuteScalar<string>("SELECT CURRENT_USER()")!;
        var at = user.LastIndexOf('@');
        return $"{Text(user[..at])}@{Text(user[(at + 1)..])}";
    }

    /// <summary>An identifier in a statement.</summary>
    public static string Identifier(string name) => "`" + name.Replace("`", "``", StringComparison.Ordinal) + "`";

    /// <summary>A text in a statement that takes no parameters. NO_BACKSLASH_ESCAPES must be off.</summary>
    public static string Text(string text) =>
        "'" + text.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal) + "'";

    /// <summary>A database in GRANT, where _ and % stand for any characters unless they are escaped.</summary>
    private static string Pattern(string database) => Identifier(database
        .Replace(@"\", @"\\", StringComparison.Ordinal).Replace("_", @"\_", StringComparison.Ordinal)
        .Replace("%", @"\%", StringComparison.Ordinal));
}
