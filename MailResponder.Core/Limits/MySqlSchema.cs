using System.Buffers.Binary;
using System.Globalization;
using Dapper;
using MySqlConnector;

namespace MailResponder.Limits;

/// <summary>
/// The tables, and the steps from each version to the next. Versions count as SQLite's do (<see cref="SqliteSchema"/>):
/// the same number means the same tables.
/// </summary>
/// <remarks>
/// The server ends a transaction at each change of a table. So a step that was cut off half-way has to be able to run
/// again: what is there already is left alone.
/// </remarks>
internal static class MySqlSchema
{
    private const int NoSuchTable = 1146;
    private const int DuplicateColumn = 1060;
    private const string Table = ") ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4";

    private static readonly string[][] Steps =
    [
        // Version 1. Keys are keyed hashes, times are Unix seconds, sent and given_up have a bit for each entry.
        [
            "CREATE TABLE IF NOT EXISTS meta (name VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY, value BIGINT NOT NULL" + Table,
            "CREATE TABLE IF NOT EXISTS quota (requester VARBINARY(32) NOT NULL PRIMARY KEY, used BIGINT NOT NULL" + Table,
            "CREATE TABLE IF NOT EXISTS listed (subject VARBINARY(32) NOT NULL PRIMARY KEY, verdict INT NOT NULL, listed_at BIGINT NOT NULL" + Table,
            "CREATE TABLE IF NOT EXISTS ledger (message VARBINARY(32) NOT NULL PRIMARY KEY, claimed_at BIGINT NOT NULL, charged BIGINT NOT NULL, "
                + "sent BIGINT NOT NULL, given_up BIGINT NOT NULL, KEY ledger_claimed_at (claimed_at)" + Table,
        ],

        // Version 2. A quota belongs to a window, the epoch; ledger.charged is the epoch that was charged, 0 for none.
        // Rows of version 1 belong to the first one.
        [
            "ALTER TABLE quota ADD COLUMN epoch BIGINT NOT NULL DEFAULT 1",
            "INSERT IGNORE INTO meta (name, value) VALUES ('epoch', 1), ('last_reset', 0)",
        ],
    ];

    /// <summary>The version that this program makes and needs.</summary>
    public static int Newest => Steps.Length;

    /// <summary>Creates or migrates the tables where due, and makes sure that they belong to the key.</summary>
    /// <param name="maxWait">For another host that is migrating.</param>
    public static void BringUpToDate(MySqlConnection connection, string place, byte[] keyFingerprint, TimeSpan maxWait)
    {
        var (version, fingerprint) = Read(connection);
        if (version > Newest)
        {
            throw new ResponderException(Cause.Database, $"database {place} was made by a newer responder " +
                $"(schema {version}, this one knows {Newest}); install the newer one on this host too");
        }

        var ours = BinaryPrimitives.ReadInt64BigEndian(keyFingerprint);
        if (version < Newest)
        {
            Migrate(connection, place, ours, maxWait);
            (_, fingerprint) = Read(connection);
        }

        if (fingerprint != ours)
        {
            throw new ResponderException(Cause.KeyFile, $"database {place} was made with another address key; " +
                "copy the key file of the other hosts to this one");
        }
    }

    /// <summary>Version 0 when there are no tables.</summary>
    public static (long Version, long? KeyFingerprint) Read(MySqlConnection connection)
    {
        var (version, fingerprint) = (0L, (long?)null);
        try
        {
            using var reader = connection.ExecuteReader("SELECT name, value FROM meta");
            while (reader.Read())
            {
                var value = reader.GetInt64(1);
                switch (reader.GetString(0))
                {
                    case "schema":
                        version = value;
                        break;
                    case "address_key":
                        fingerprint = value;
                        break;
                }
            }
        }
        catch (MySqlException exception) when (exception.Number == NoSuchTable)
        {
        }

        return (version, fingerprint);
    }

    private static void Migrate(MySqlConnection connection, string place, long fingerprint, TimeSpan maxWait)
    {
        const string name = "CONCAT('mail_responder.schema.', LEFT(MD5(DATABASE()), 16))";
        var seconds = (int)Math.Max(1, maxWait.TotalSeconds);
        if (Sql.Scalar(connection, string.Create(CultureInfo.InvariantCulture, $"SELECT GET_LOCK({name}, {seconds})"), null) != 1)
            throw new ResponderException(Cause.Database, $"database {place}: another host is still changing its tables; try again later");
        try
        {
            // Read again under the lock: another host may have done it meanwhile.
            for (var version = (int)Read(connection).Version; version < Newest; version++)
            {
                foreach (var statement in Steps[version])
                    RunStep(connection, statement);
                if (version == 0)
                    connection.Execute("INSERT IGNORE INTO meta (name, value) VALUES ('address_key', @fingerprint)", Sql.Bind(("fingerprint", fingerprint)));
                connection.Execute("REPLACE INTO meta (name, value) VALUES ('schema', @version)", Sql.Bind(("version", version + 1)));
            }
        }
        finally
        {
            if (connection.State == System.Data.ConnectionState.Open)
                connection.Execute($"DO RELEASE_LOCK({name})");
        }
    }

    private static void RunStep(MySqlConnection connection, string statement)
    {
        try
        {
            connection.Execute(statement);
        }
        catch (MySqlException exception) when (exception.Number == DuplicateColumn)
        {
        }
    }
}
