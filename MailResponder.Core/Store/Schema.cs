using System.Data.Common;

namespace MailResponder.Store;

/// <summary>
/// The version and keys that the database has recorded. Also creates the tables, which are the same in each kind of
/// database.
/// </summary>
/// <param name="Version">The version of the tables; 0 if there are none.</param>
/// <param name="Key">The fingerprint of the address key in force. Null if there are no tables.</param>
/// <param name="FormerKey">The fingerprint of the key before it. Null if the key was never changed.</param>
internal sealed record Schema(long Version, long? Key, long? FormerKey)
{
    /// <summary>The version that this program creates and needs.</summary>
    public const int Needed = 1;

    // Requesters, subjects and messages are keyed hashes. Times are Unix seconds, days are days since 1970 (UTC). Each
    // primary key begins with the column by which rows become obsolete together, so that they are adjacent.
    //
    // meta: epoch is the number of the quota window. last_reset is when the last reset ran. clock_jump is the number of
    //   seconds between the last two resets if unusual, else 0. reported_… is the time before which a limit need not be
    //   reported again. address_key and former_key are fingerprints. schema is the version.
    //   copied_at exists only while a new key comes into force (KeyChange.CopiedAt).
    // quota: used is the number of requests charged in the epoch. It is -1 for something given once per window; then
    //   requester is the requester's hash, hashed once more.
    // listed: generation is the number of address keys with which the subject is hashed. verdict is a Verdict.
    // volume: a part of the ledger. generation is that of the hashes of its messages.
    // ledger: charged is the epoch that the message was charged to, 0 for none, -1 for an over-quota notice. tries is
    //   the number of delivery attempts. entries is what EntryStates writes.
    // counter: messages answered in the day and in its latest minute. subject is a domain, or one byte for the service.
    // host_day: the figures of one host on one day, encrypted by HostDays.
    // mailed_day: taken_until is the time until which one host may mail the fleet's report of the day. done is 1 once
    //   a host has mailed it.
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

    /// <summary>Reads the version and the keys from the table meta.</summary>
    /// <param name="isNoTable">Whether an exception means that the table does not exist.</param>
    /// <exception cref="DbException">The database cannot be read.</exception>
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
    /// Creates the tables. Existing tables are left unchanged: MySQL commits after each CREATE TABLE, so an earlier
    /// call may have stopped half-way. The version is written last. Until then no process uses the tables.
    /// </summary>
    /// <param name="key">The address key that the database will belong to.</param>
    /// <param name="options">The table options to append to each CREATE TABLE.</param>
    /// <exception cref="DbException">The tables cannot be created.</exception>
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

    /// <summary>Records that the key is now in force: new hashes are made with it.</summary>
    public static void PutInForce(IDatabase database, AddressKey key)
    {
        database.Execute(
            "REPLACE INTO meta (name, value) SELECT 'former_key', value FROM meta WHERE name = 'address_key'");
        database.Execute("UPDATE meta SET value = @key WHERE name = 'address_key'", ("key", key.Fingerprint));
    }

    /// <summary>Returns the key of the key file that is in force: the database's hashes are made with it.</summary>
    /// <param name="newest">The newest key of the file.</param>
    /// <param name="place">The name of the database in error messages.</param>
    /// <exception cref="ResponderException">
    /// The tables do not exist or have another version, or the key in force is not in the file.
    /// </exception>
    public AddressKey KeyInForce(AddressKey newest, string place)
    {
        if (Version != Needed)
        {
            throw new ResponderException(Cause.Database, $"database {place} was made by another responder version "
                + $"(schema {Version}, this one needs {Needed}); install that version, or begin with a new database "
                + "(quotas and lists start empty)");
        }

        return newest.WithFingerprint(Key) ?? throw new ResponderException(Cause.KeyFile,
            newest.WithFingerprint(FormerKey) is not null
                ? $"database {place} has gone over to a newer address key; copy the newer key file, which responder "
                    + "blacklist rotate-key wrote, from another host or a backup"
                : $"database {place} was made with another address key; copy that key file from another host or a "
                    + "backup, or begin with a new database (quotas and lists start empty)");
    }
}
