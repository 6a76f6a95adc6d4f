using MailResponder.Native;
using MailResponder.Settings;
using MailResponder.Store.MySql;
using MailResponder.Store.Sqlite;

namespace MailResponder.Store;

/// <summary>Describes the database and whether it can be used. Contains no secret and no requester.</summary>
/// <param name="Kind">"SQLite", "MySQL" or "MariaDB", with the version of the library or server.</param>
/// <param name="Place">The SQLite file, or the MySQL database and server.</param>
/// <param name="Schema">The version of the tables; 0 if there are none or they may not be read.</param>
/// <param name="Missing">
/// The privileges that the user lacks, and the statement that grants them. Null if none is missing.
/// </param>
/// <param name="Problem">Why the database cannot be used in its current state. Null if it can.</param>
/// <param name="CreatedAt">When the file or the tables were created. Null if that is not known.</param>
internal sealed record DatabaseReport(
    string Kind, string Place, long Schema, string? Missing, string? Problem, DateTimeOffset? CreatedAt)
{
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(20);

    /// <summary>Inspects the database without changing it.</summary>
    /// <exception cref="ResponderException">The database does not exist or cannot be reached.</exception>
    public static DatabaseReport Of(DatabaseSettings settings) =>
        settings.MySql is { } mySql ? OfMySql(mySql) : OfSqlite(settings.SqliteFile!);

    private static DatabaseReport OfSqlite(string path)
    {
        if (!FileStatus.TryRead(path, out _))
        {
            throw new ResponderException(Cause.Database,
                $"database {path}: does not exist; the first message creates it, or run: responder database init");
        }

        var (version, schema) = SqliteDatabase.Look(path, MaxWait);
        return new DatabaseReport("SQLite " + version, path, schema, null, ProblemOf(schema),
            File.GetCreationTimeUtc(path));
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
                KindOf(database.Connection.ServerVersion),
                settings.Place,
                schema,
                missing.Count == 0 ? null
                    : $"{string.Join(", ", missing)}; run as administrator: "
                    + $"{MySqlGrants.Statement(settings, MySqlGrants.Account(database.Connection))}",
                readOnly ? "the server is read-only; name the primary server, not a replica, or turn off read_only"
                    : mayRead ? ProblemOf(schema) : null,
                WhenCreated(database));
        }
        catch (Exception exception) when (MySqlTrouble.IsTrouble(exception))
        {
            throw MySqlTrouble.Translate(exception, settings);
        }
    }

    /// <summary>
    /// Returns the server's name and version. MariaDB puts "5.5.5-" before its version, for old MySQL replicas.
    /// </summary>
    private static string KindOf(string version) =>
        !version.Contains("MariaDB", StringComparison.OrdinalIgnoreCase) ? "MySQL " + version
            : "MariaDB " + (version.StartsWith("5.5.5-", StringComparison.Ordinal) ? version[6..] : version)
                .Split('-')[0];

    private static DateTimeOffset? WhenCreated(MySqlDatabase database) => database.Scalar(
        """
        SELECT CAST(UNIX_TIMESTAMP(create_time) AS SIGNED) FROM information_schema.tables
        WHERE table_schema = DATABASE() AND table_name = 'meta'
        """) is { } seconds ? DateTimeOffset.FromUnixTimeSeconds(seconds) : null;

    /// <remarks>
    /// The variables differ between MySQL, MariaDB and Aurora. A value other than OFF, such as ON, means read-only.
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
        _ => $"made by another responder version (schema {schema}, this one needs {Store.Schema.Needed})",
    };
}
