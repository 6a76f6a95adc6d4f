using System.Data.Common;

namespace MailResponder.Store;

/// <summary>The tables, the same in each kind of database, and what the database says of itself.</summary>
/// <param name="Version">The version of the tables; 0 when there are none.</param>
/// <param name="Key">The fingerprint of the address key in force.</param>
/// <param name="FormerKey">That of the key before; null when the key was never changed.</param>
internal sealed record Schema(long Version, long? Key, long? FormerKey)
{
    /// <summary>The version that this program makes and needs.</summary>
    public const int Needed = 1;

    // Subjects are keyed hashes, times are Unix seconds. What goes together lies together: the quotas of a window (an
    // epoch), the messages of a volume and what is listed, which are hashed with so many keys (a generation). charged
    // is the epoch that a message was charged to, 0 for none, -1 for one that is answered with a notice; used is -1 for
    // what is given once in a window, whose requester is hashed once more. entries is what EntryStates writes. A
    // counter has what was answered in a day and in its last minute, for a domain and (with a subject of one byte) in
    // all. reported_…: until when a limit need not be reported. clock_jump: seconds between the last two resets when
    // that is unusual. A host_day has what one host counted on a day of UTC (days since 1970), sealed by HostDays; a
    // mailed_day, until when a host may mail the fleet's report of that day, and whether one has.
    private static readonly string[] Tables =
    [
        "meta (name VARCHAR(32) NOT NULL PRIMARY KEY, value BIGINT NOT NULL)",
        "quota (epoch BIGINT NOT NULL, requester VARBINARY(32) NOT NULL, used BIGINT NOT NULL, "
            + "PRIMARY KEY (epoch, requester))",
        "listed (generation BIGINT NOT NULL, subject VARBINARY(32) NOT NULL, verdict INT NOT NULL, "
            + "listed_at BIGINT NOT NULL, PRIMARY KEY (generation, subject))",
        "volume (number BIGINT NOT NULL PRIMARY KEY, begun_at BIGINT NOT NULL, generation BIGINT NOT NULL)",
        "ledger (volume BIGINT NOT NULL, message VARBINARY(32) NOT NULL, charged BIGINT NOT NULL, "
            + "tries BIGINT NOT NULL, entries BLOB NOT NULL, PRIMARY KEY (volume, message))",
        "counter (day BIGINT NOT NULL, subject VARBINARY(32) NOT NULL, in_day BIGINT NOT NULL, "
            + "minute BIGINT NOT NULL, in_minute BIGINT NOT NULL, PRIMARY KEY (day, subject))",
        "host_day (day BIGINT NOT NULL, host VARBINARY(32) NOT NULL, figures MEDIUMBLOB NOT NULL, "
            + "PRIMARY KEY (day, host))",
        "mailed_day (day BIGINT NOT NULL PRIMARY KEY, taken_until BIGINT NOT NULL, done INT NOT NULL)",
    ];

    /// <summary>Reads the table that says it.</summary>
    /// <param name="isNoTable">Whether the database says that there is no such table.</param>
    /// <exception cref="DbException">It cannot be read.</exception>
    public static Schema Read(IDatabase database, Predicate<DbException> isNoTable)
    {
        try
        {
            return database.Rows(
                """
                SELECT (SELECT value FROM meta WHERE name = 'schema'),
                    (SELECT value FROM meta WHERE name = 'address_key'),
                    (SELECT value FROM meta WHERE name = 'former_key')
                """,
                row => new Schema(row.NumberOrNull(0) ?? 0, row.NumberOrNull(1), row.NumberOrNull(2)))[0];
        }
        catch (DbException exception) when (isNoTable(exception))
        {
            return new Schema(0, null, null);
        }
    }

    /// <summary>
    /// Makes the tables. What is there already is left alone: a server ends a transaction at each change of a table, so
    /// it may have been cut off half-way. The version comes last; until then nobody uses the tables.
    /// </summary>
    /// <param name="options">What the database wants behind each table.</param>
    /// <exception cref="DbException">It cannot be done.</exception>
    public static void Create(IDatabase database, AddressKey key, string options)
    {
        foreach (var table in Tables)
            database.Execute($"CREATE TABLE IF NOT EXISTS {table} {options}");
        database.Execute("REPLACE INTO volume (number, begun_at, generation) VALUES (1, 0, @generation)",
            ("generation", key.Generation));
        database.Execute(
            """
            REPLACE INTO meta (name, value) VALUES ('epoch', 1), ('last_reset', 0), ('clock_jump', 0),
                ('reported_domain_per_minute', 0), ('reported_domain_per_day', 0),
                ('reported_service_per_minute', 0), ('reported_service_per_day', 0),
                ('address_key', @key), ('schema', @version)
            """, ("key", key.Fingerprint), ("version", Needed));
    }

    /// <summary>Records that the hashes are now made with another key.</summary>
    public static void PutInForce(IDatabase database, AddressKey key)
    {
        database.Execute(
            "REPLACE INTO meta (name, value) SELECT 'former_key', value FROM meta WHERE name = 'address_key'");
        database.Execute("UPDATE meta SET value = @key WHERE name = 'address_key'", ("key", key.Fingerprint));
    }

    /// <summary>The key of the key file with which the database's hashes are made now.</summary>
    /// <param name="newest">The newest key of the file.</param>
    /// <param name="place">The database as the operator knows it.</param>
    /// <exception cref="ResponderException">
    /// The tables are those of another version, or there are none; or the key is none of the file's.
    /// </exception>
    public AddressKey KeyInForce(AddressKey newest, string place)
    {
        if (Version != Needed)
        {
            throw new ResponderException(Cause.Database, $"database {place} was made by another responder "
                + $"(schema {Version}, this one needs {Needed}); install that one, or begin with a new database "
                + "(quotas and lists start empty)");
        }

        return newest.WithFingerprint(Key) ?? throw new ResponderException(Cause.KeyFile,
            newest.WithFingerprint(FormerKey) is not null
                ? $"database {place} has gone over to a newer address key; copy the key file that responder blacklist "
                    + "rotate-key wrote from another host or a backup"
                : $"database {place} was made with another address key; copy that key file from another host or a "
                    + "backup, or begin with a new database (quotas and lists start empty)");
    }
}
