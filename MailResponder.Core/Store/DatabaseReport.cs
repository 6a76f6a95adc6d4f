using MailResponder.Native;
using MailResponder.Settings;
using MailResponder.Store.MySql;
using MailResponder.Store.Sqlite;

namespace MailResponder.Store;

/// <summary>What the database is and whether it is fit for use; never a secret, and no requester.</summary>
/// <param name="Kind">"SQLite" or "MySQL", with the version of the library or server.</param>
/// <param name="Place">The file, or database and server.</param>
/// <param name="Schema">The version of the tables; 0 when there are none.</param>
/// <param name="Missing">
/// The rights that the user lacks, and the statement that grants them; null when it has all.
/// </param>
/// <param name="Problem">Why it cannot be used as it is; null when it can.</param>
internal sealed record DatabaseReport(
    string Kind, string Place, long Schema, string? Missing, string? Problem)
{
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(20);

    /// <summary>Looks, and changes nothing.</summary>
    /// <exception cref="ResponderException">There is no such database, or it cannot be reached.</exception>
    public static DatabaseReport Of(DatabaseSettings settings) =>
        settings.MySql is { } mySql ? OfMySql(mySql) : OfSqlite(settings.SqliteFile!);

    private static DatabaseReport OfSqlite(string path)
    {
        if (!FileStatus.TryRead(path, out _))
        {
            throw new ResponderException(Cause.Database,
                $"database {path}: does not exist; the first message makes it, or: responder database init");
        }

        var (version, schema) = SqliteDatabase.Look(path, MaxWait);
        return new DatabaseReport("SQLite " + version, path, schema, null, ProblemOf(schema));
    }

    private static DatabaseReport OfMySql(MySqlSettings settings)
    {
        try
        {
            using var database = new MySqlDatabase(
                new MySqlServer(settings), new Deadline(TimeProvider.System, MaxWait));
            database.Connect();
            var missing = MySqlGrants.Missing(database.Connection, settings);
            var mayRead = !missing.Contains("SELECT");
            var schema = mayRead ? database.ReadSchema().Version : 0;
            var readOnly = IsReadOnly(database);
            return new DatabaseReport(
                "MySQL " + database.Connection.ServerVersion,
                settings.Place,
                schema,
                missing.Count == 0 ? null
                    : $"{string.Join(", ", missing)}; run as administrator: "
                    + $"{MySqlGrants.Statement(settings, MySqlGrants.Account(database.Connection))}",
                readOnly ? "the server is read-only; name the primary server, not a replica, or end its read_only"
                    : mayRead ? ProblemOf(schema) : null);
        }
        catch (Exception exception) when (MySqlTrouble.IsTrouble(exception))
        {
            throw MySqlTrouble.Translate(exception, settings);
        }
    }

    /// <remarks>
    /// The variables differ between MySQL, MariaDB and Aurora; their values are OFF, or ON and a few more.
    /// </remarks>
    private static bool IsReadOnly(MySqlDatabase database) => database.Rows(
        """
        SHOW GLOBAL VARIABLES WHERE variable_name IN
            ('read_only', 'super_read_only', 'innodb_read_only', 'transaction_read_only', 'tx_read_only')
        """, row => row.GetString(1)).Exists(value => !value.Equals("OFF", StringComparison.OrdinalIgnoreCase));

    private static string? ProblemOf(long schema) => schema switch
    {
        0 => "there are no tables; run: responder database init",
        Store.Schema.Needed => null,
        _ => $"made by another responder (schema {schema}, this one needs {Store.Schema.Needed})",
    };
}
