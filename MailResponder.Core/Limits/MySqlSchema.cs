using System.Buffers.Binary;
using System.Data.Common;
using System.Globalization;
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
    private const int NothingToDrop = 1091;
    private const string Table = ") ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4";

    /// <summary>The one step of which the server does not say that it was done before; and it takes long.</summary>
    private const string QuotaByWindow = "ALTER TABLE quota DROP PRIMARY KEY, ADD PRIMARY KEY (epoch, requester)";

    private const string KeysOfQuota =
        """
        SELECT COUNT(*) FROM information_schema.statistics
        WHERE table_schema = DATABASE() AND table_name = 'quota' AND index_name = 'PRIMARY'
        """;

    private const int WithoutGenerations = 3;

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

        // Version 3. What goes together lies together: the quotas of a window, the messages of a volume. Volume 1 was
        // begun at an unknown time.
        [
            QuotaByWindow,
            "CREATE TABLE IF NOT EXISTS volume (number BIGINT NOT NULL PRIMARY KEY, begun_at BIGINT NOT NULL" + Table,
            "INSERT IGNORE INTO volume (number, begun_at) VALUES (1, 0)",
            "ALTER TABLE ledger ADD COLUMN volume BIGINT NOT NULL DEFAULT 1 FIRST, DROP PRIMARY KEY, ADD PRIMARY KEY (volume, message), "
                + "DROP KEY ledger_claimed_at, DROP COLUMN claimed_at",
        ],

        // Version 4. The messages of a volume are hashed with so many keys. What was answered in a day and in its last
        // minute, for a domain and (with a subject of one byte) in all; reported_…: until when a limit need not be reported.
        [
            "ALTER TABLE volume ADD COLUMN generation BIGINT NOT NULL DEFAULT 1",
            "CREATE TABLE IF NOT EXISTS counter (day BIGINT NOT NULL, subject VARBINARY(32) NOT NULL, in_day BIGINT NOT NULL, "
                + "minute BIGINT NOT NULL, in_minute BIGINT NOT NULL, PRIMARY KEY (day, subject)" + Table,
            "INSERT IGNORE INTO meta (name, value) VALUES ('reported_domain_per_minute', 0), ('reported_domain_per_day', 0), "
                + "('reported_service_per_minute', 0), ('reported_service_per_day', 0)",
        ],
    ];

    /// <summary>The version that this program makes and needs.</summary>
    public static int Newest => Steps.Length;

    /// <summary>Creates or migrates the tables where due, and makes sure that they belong to the key.</summary>
    /// <param name="maxWait">For another host that is migrating.</param>
    /// <returns>The key in force.</returns>
    public static AddressKey BringUpToDate(MySqlConnection connection, string place, AddressKey key, TimeSpan maxWait)
    {
        var state = Read(connection);
        var version = state.Version;
        if (version > Newest)
        {
            throw new ResponderException(Cause.Database, $"database {place} was made by a newer responder " +
                $"(schema {version}, this one knows {Newest}); install the newer one on this host too");
        }

        if (version < Newest)
        {
            Migrate(connection, place, key, maxWait);
            state = Read(connection);
        }

        return KeyInForce(state, place, key);
    }

    /// <inheritdoc cref="IDatabase.KeyInForce"/>
    public static AddressKey KeyInForce((long Version, byte[] Key, byte[] FormerKey) state, string place, AddressKey newest) =>
        newest.WithFingerprint(state.Key) ?? throw new ResponderException(Cause.KeyFile, newest.WithFingerprint(state.FormerKey) is not null
            ? $"database {place} has gone over to a newer address key; copy the key file that responder blacklist rotate-key wrote to this host"
            : $"database {place} was made with another address key; copy the key file of the other hosts to this one");

    /// <summary>The key's fingerprint as the table of numbers has it.</summary>
    public static long NumberOf(AddressKey key) => BinaryPrimitives.ReadInt64BigEndian(key.Fingerprint);

    /// <summary>Version 0 when there are no tables.</summary>
    public static (long Version, byte[] Key, byte[] FormerKey) Read(
        MySqlConnection connection, DbTransaction? transaction = null)
    {
        var (version, key, formerKey) = (0L, Array.Empty<byte>(), Array.Empty<byte>());
        try
        {
            foreach (var (name, value) in Sql.Rows(
                connection, transaction, "SELECT name, value FROM meta", row => (row.GetString(0), row.GetInt64(1))))
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

    private static void Migrate(MySqlConnection connection, string place, AddressKey key, TimeSpan maxWait)
    {
        const string name = "CONCAT('mail_responder.schema.', LEFT(MD5(DATABASE()), 16))";
        var seconds = (int)Math.Max(1, maxWait.TotalSeconds);
        var getLock = string.Create(CultureInfo.InvariantCulture, $"SELECT GET_LOCK({name}, {seconds})");
        if (Sql.Scalar(connection, null, getLock) != 1)
            throw new ResponderException(Cause.Database, $"database {place}: another host is still changing its tables; try again later");
        try
        {
            // Read again under the lock: another host may have done it meanwhile.
            for (var version = (int)Read(connection).Version; version < Newest; version++)
            {
                foreach (var statement in Steps[version])
                    RunStep(connection, statement);
                if (version == 0)
                    Sql.Execute(connection, null,
                        "INSERT IGNORE INTO meta (name, value) VALUES ('address_key', @fingerprint)",
                        ("fingerprint", NumberOf(key)));
                if (version == WithoutGenerations && key.WithFingerprint(Read(connection).Key) is { } inForce)
                    Sql.Execute(connection, null, "UPDATE volume SET generation = @generation",
                        ("generation", inForce.Generation));
                Sql.Execute(connection, null, "REPLACE INTO meta (name, value) VALUES ('schema', @version)",
                    ("version", version + 1));
            }
        }
        finally
        {
            if (connection.State == System.Data.ConnectionState.Open)
                Sql.Execute(connection, null, $"DO RELEASE_LOCK({name})");
        }
    }

    private static byte[] Bytes(long fingerprint)
    {
        var bytes = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, fingerprint);
        return bytes;
    }

    private static void RunStep(MySqlConnection connection, string statement)
    {
        if (statement == QuotaByWindow && Sql.Scalar(connection, null, KeysOfQuota) == 2)
            return;
        try
        {
            Sql.Execute(connection, null, statement);
        }
        catch (MySqlException exception) when (exception.Number is DuplicateColumn or NothingToDrop)
        {
        }
    }
}
