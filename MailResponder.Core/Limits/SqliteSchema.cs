namespace MailResponder.Limits;

/// <summary>The tables, and the steps from each version to the next. The version is SQLite's user_version.</summary>
internal static class SqliteSchema
{
    private const int WithoutGenerations = 3;

    private static readonly string[] Steps =
    [
        // Version 1. Keys are keyed hashes, times are Unix seconds, sent and given_up have a bit for each entry.
        """
        CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
        CREATE TABLE quota (requester BLOB PRIMARY KEY, used INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE listed (subject BLOB PRIMARY KEY, verdict INTEGER NOT NULL, listed_at INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE ledger (
            message BLOB PRIMARY KEY, claimed_at INTEGER NOT NULL, charged INTEGER NOT NULL,
            sent INTEGER NOT NULL, given_up INTEGER NOT NULL) WITHOUT ROWID;
        CREATE INDEX ledger_claimed_at ON ledger (claimed_at);
        """,

        // Version 2. A quota belongs to a window, the epoch; ledger.charged is the epoch that was charged, 0 for none.
        // Rows of version 1 belong to the first one.
        """
        ALTER TABLE quota ADD COLUMN epoch INTEGER NOT NULL DEFAULT 1;
        INSERT INTO meta (name, value) VALUES ('epoch', 1);
        INSERT OR IGNORE INTO meta (name, value) VALUES ('last_reset', 0);
        """,

        // Version 3. What goes together lies together: the quotas of a window, the messages of a volume. Volume 1 was
        // begun at an unknown time. Quotas of earlier windows count for nothing.
        """
        CREATE TABLE window_quota (
            epoch INTEGER NOT NULL, requester BLOB NOT NULL, used INTEGER NOT NULL, PRIMARY KEY (epoch, requester)) WITHOUT ROWID;
        INSERT INTO window_quota (epoch, requester, used)
            SELECT epoch, requester, used FROM quota WHERE epoch = (SELECT value FROM meta WHERE name = 'epoch') ORDER BY requester;
        DROP TABLE quota;
        ALTER TABLE window_quota RENAME TO quota;
        CREATE TABLE volume (number INTEGER PRIMARY KEY, begun_at INTEGER NOT NULL);
        INSERT INTO volume (number, begun_at) VALUES (1, 0);
        CREATE TABLE volume_ledger (
            volume INTEGER NOT NULL, message BLOB NOT NULL, charged INTEGER NOT NULL,
            sent INTEGER NOT NULL, given_up INTEGER NOT NULL, PRIMARY KEY (volume, message)) WITHOUT ROWID;
        INSERT INTO volume_ledger (volume, message, charged, sent, given_up)
            SELECT 1, message, charged, sent, given_up FROM ledger ORDER BY message;
        DROP TABLE ledger;
        ALTER TABLE volume_ledger RENAME TO ledger;
        """,

        // Version 4. The messages of a volume are hashed with so many keys. What was answered in a day and in its last
        // minute, for a domain and (with a subject of one byte) in all; reported_…: until when a limit need not be reported.
        """
        ALTER TABLE volume ADD COLUMN generation INTEGER NOT NULL DEFAULT 1;
        CREATE TABLE counter (
            day INTEGER NOT NULL, subject BLOB NOT NULL, in_day INTEGER NOT NULL,
            minute INTEGER NOT NULL, in_minute INTEGER NOT NULL, PRIMARY KEY (day, subject)) WITHOUT ROWID;
        INSERT OR IGNORE INTO meta (name, value) VALUES ('reported_domain_per_minute', 0), ('reported_domain_per_day', 0),
            ('reported_service_per_minute', 0), ('reported_service_per_day', 0);
        """,
    ];

    /// <summary>The version that this program makes and needs.</summary>
    public static int Newest => Steps.Length;

    /// <summary>Creates or migrates the tables where due, and makes sure that they belong to the key.</summary>
    /// <returns>The key in force.</returns>
    public static AddressKey BringUpToDate(IDatabase database, string path, AddressKey key)
    {
        if (Version(database) != Newest)
            Migrate(database, path, key);
        return KeyInForce(database, path, key);
    }

    /// <inheritdoc cref="IDatabase.KeyInForce"/>
    public static AddressKey KeyInForce(IDatabase database, string path, AddressKey newest) =>
        newest.WithFingerprint(Fingerprint(database, "address_key"))
        ?? throw new ResponderException(Cause.KeyFile,
            newest.WithFingerprint(Fingerprint(database, "former_key")) is not null
            ? $"database {path} has gone over to a newer address key; restore the key file that responder blacklist rotate-key wrote"
            : $"database {path} was made with another address key; restore that key file, or move the database away to start with empty quotas and lists");

    /// <summary>Empty when there is none.</summary>
    private static byte[] Fingerprint(IDatabase database, string name) =>
        database.Rows($"SELECT value FROM meta WHERE name = '{name}'", row => row.Bytes(0)) is [var fingerprint]
            ? fingerprint : [];

    private static void Migrate(IDatabase database, string path, AddressKey key)
    {
        database.Execute("PRAGMA journal_mode = WAL");
        database.InTransaction(() => MigrateAlone(database, path, key));
        // Into the file itself: without its log it is an old database then, and never an empty one.
        database.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
    }

    /// <returns>The version of the tables.</returns>
    private static int MigrateAlone(IDatabase database, string path, AddressKey key)
    {
        // Read again under the lock: another process may have done it meanwhile.
        var version = (int)Version(database);
        if (version > Newest)
        {
            throw new ResponderException(Cause.Database, $"database {path} was made by a newer responder " +
                $"(schema {version}, this one knows {Newest}); install the newer one again");
        }

        for (; version < Newest; version++)
        {
            database.Execute(Steps[version]);
            if (version == 0)
                database.Execute(
                    "INSERT INTO meta (name, value) VALUES ('address_key', @fingerprint)",
                    ("fingerprint", key.Fingerprint));
            else if (version == WithoutGenerations
                && key.WithFingerprint(Fingerprint(database, "address_key")) is { } inForce)
                database.Execute("UPDATE volume SET generation = @generation", ("generation", inForce.Generation));
        }

        database.Execute($"PRAGMA user_version = {Newest}");
        return Newest;
    }

    /// <summary>0 when there are no tables.</summary>
    public static long Version(IDatabase database) => database.Scalar("PRAGMA user_version") ?? 0;
}
