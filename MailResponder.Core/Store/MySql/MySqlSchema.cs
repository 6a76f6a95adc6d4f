using System.Buffers.Binary;
using System.Data.Common;
using System.Globalization;
using MailResponder.Store.Sqlite;
using MySqlConnector;

namespace MailResponder.Store.MySql;

/// <summary>The tables; <see cref="SqliteSchema"/> says what they hold, and counts their versions alike.</summary>
/// <remarks>
/// The server ends a transaction at each change of a table. So creation that was cut off half-way has to be able to run
/// again: what is there already is left alone.
/// </remarks>
internal static class MySqlSchema
{
    public const int Version = SqliteSchema.Version;

    private const int NoSuchTable = 1146;
    private const string Table = ") ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4";

    private static readonly string[] Tables =
    [
        "CREATE TABLE IF NOT EXISTS meta (name VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY, "
            + "value BIGINT NOT NULL" + Table,
        "CREATE TABLE IF NOT EXISTS quota (epoch BIGINT NOT NULL, requester VARBINARY(32) NOT NULL, used BIGINT NOT "
            + "NULL, "
            + "PRIMARY KEY (epoch, requester)" + Table,
        "CREATE TABLE IF NOT EXISTS listed (generation BIGINT NOT NULL, subject VARBINARY(32) NOT NULL, verdict INT "
            + "NOT NULL, "
            + "listed_at BIGINT NOT NULL, PRIMARY KEY (generation, subject)" + Table,
        "CREATE TABLE IF NOT EXISTS volume (number BIGINT NOT NULL PRIMARY KEY, begun_at BIGINT NOT NULL, "
            + "generation BIGINT NOT NULL" + Table,
        "CREATE TABLE IF NOT EXISTS ledger (volume BIGINT NOT NULL, message VARBINARY(32) NOT NULL, charged BIGINT "
            + "NOT NULL, "
            + "tries BIGINT NOT NULL, entries BLOB NOT NULL, PRIMARY KEY (volume, message)" + Table,
        "CREATE TABLE IF NOT EXISTS counter (day BIGINT NOT NULL, subject VARBINARY(32) NOT NULL, in_day BIGINT NOT "
            + "NULL, "
            + "minute BIGINT NOT NULL, in_minute BIGINT NOT NULL, PRIMARY KEY (day, subject)" + Table,
        "INSERT IGNORE INTO meta (name, value) VALUES ('epoch', 1), ('last_reset', 0), ('clock_jump', 0), "
            + "('reported_domain_per_minute', 0), ('reported_domain_per_day', 0), ('reported_service_per_minute', 0), "
            + "('reported_service_per_day', 0)",
    ];

    /// <summary>Creates the tables where there are none, and makes sure that they belong to the key.</summary>
    /// <param name="maxWait">For another host that is creating them.</param>
    /// <returns>The key in force.</returns>
    public static AddressKey Prepare(MySqlConnection connection, string place, AddressKey key, TimeSpan maxWait)
    {
        var state = Read(connection);
        if (state.Version == 0)
        {
            Create(connection, place, key, maxWait);
            state = Read(connection);
        }

        if (state.Version != Version)
        {
            throw new ResponderException(Cause.Database, $"database {place} was made by another responder " +
                $"(schema {state.Version}, this one needs {Version}); install the same one on all hosts, or use a "
                + $"new database");
        }

        return KeyInForce(state, place, key);
    }

    /// <inheritdoc cref="IDatabase.KeyInForce"/>
    public static AddressKey KeyInForce(
        (long Version, byte[] Key, byte[] FormerKey) state, string place, AddressKey newest) =>
        newest.WithFingerprint(state.Key)
            ?? throw new ResponderException(Cause.KeyFile, newest.WithFingerprint(state.FormerKey) is not null
            ? $"database {place} has gone over to a newer address key; copy the key file that responder blacklist "
            + $"rotate-key wrote to this host"
            : $"database {place} was made with another address key; copy the key file of the other hosts to this one");

    /// <summary>The key's fingerprint as the table of numbers has it.</summary>
    public static long NumberOf(AddressKey key) => BinaryPrimitives.ReadInt64BigEndian(key.Fingerprint);

    /// <summary>Version 0 when there are no tables.</summary>
    public static (long Version, byte[] Key, byte[] FormerKey) Read(MySqlConnection connection)
    {
        var (version, key, formerKey) = (0L, Array.Empty<byte>(), Array.Empty<byte>());
        try
        {
            foreach (var (name, value) in Sql.Rows(
                connection, "SELECT name, value FROM meta", row => (row.GetString(0), row.GetInt64(1))))
            {
                switch (name)
                {
                    case "schema":
                        version = value;
                        break;
                    case "address_key":
                        key = Bytes(value);
                        break;
                    case "former_key":
                        formerKey = Bytes(value);
                        break;
                }
            }
        }
        catch (MySqlException exception) when (exception.Number == NoSuchTable)
        {
        }

        return (version, key, formerKey);
    }

    private static void Create(MySqlConnection connection, string place, AddressKey key, TimeSpan maxWait)
    {
        const string name = "CONCAT('mail_responder.schema.', LEFT(MD5(DATABASE()), 16))";
        var seconds = (int)Math.Max(1, maxWait.TotalSeconds);
        var getLock = string.Create(CultureInfo.InvariantCulture, $"SELECT GET_LOCK({name}, {seconds})");
        if (Sql.Scalar(connection, getLock) != 1)
            throw new ResponderException(Cause.Database,
                $"database {place}: another host is still creating its tables; try again later");
        try
        {
            // Read again under the lock: another host may have created them meanwhile.
            if (Read(connection).Version != 0)
                return;
            foreach (var statement in Tables)
                Sql.Execute(connection, statement);
            Sql.Execute(
                connection, "INSERT IGNORE INTO volume (number, begun_at, generation) VALUES (1, 0, @generation)",
                ("generation", key.Generation));
            Sql.Execute(connection,
                "INSERT IGNORE INTO meta (name, value) VALUES ('address_key', @fingerprint), ('schema', @version)",
                ("fingerprint", NumberOf(key)), ("version", Version));
        }
        finally
        {
            if (connection.State == System.Data.ConnectionState.Open)
                Sql.Execute(connection, $"DO RELEASE_LOCK({name})");
        }
    }

    private static byte[] Bytes(long fingerprint)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, fingerprint);
        return bytes;
    }
}
