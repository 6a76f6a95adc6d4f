using System.Globalization;

namespace MailResponder.Store.Sqlite;

/// <summary>The tables. SQLite's user_version is the version of the schema.</summary>
internal static class SqliteSchema
{
    /// <summary>The version that this program makes and needs; <see cref="MySqlSchema"/> has the same tables.</summary>
    public const int Version = 1;

    // Subjects are keyed hashes, times are Unix seconds. What goes together lies together: the quotas of a window (an
    // epoch), the messages of a volume and what is listed, which are hashed with so many keys (a generation). charged
    // is the epoch that a message was charged to, 0 for none, -1 for one that is answered with a notice; used is -1 for
    // what is given once in a window, whose requester is hashed once more. entries is what EntryStates writes. A
    // counter has what was answered in a day and in its last minute, for a domain and (with a subject of one byte) in
    // all. reported_…: until when a limit need not be reported. clock_jump: seconds between the last two resets when
    // that is unusual.
    private const string Tables =
        """
        CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
        CREATE TABLE quota (
            epoch INTEGER NOT NULL, requester BLOB NOT NULL, used INTEGER NOT NULL,
            PRIMARY KEY (epoch, requester)) WITHOUT ROWID;
        CREATE TABLE listed (
            generation INTEGER NOT NULL, subject BLOB NOT NULL, verdict INTEGER NOT NULL, listed_at INTEGER NOT NULL,
            PRIMARY KEY (generation, subject)) WITHOUT ROWID;
        CREATE TABLE volume (number INTEGER PRIMARY KEY, begun_at INTEGER NOT NULL, generation INTEGER NOT NULL);
        CREATE TABLE ledger (
            volume INTEGER NOT NULL, message BLOB NOT NULL, charged INTEGER NOT NULL, tries INTEGER NOT NULL,
            entries BLOB NOT NULL, PRIMARY KEY (volume, message)) WITHOUT ROWID;
        CREATE TABLE counter (
            day INTEGER NOT NULL, subject BLOB NOT NULL, in_day INTEGER NOT NULL,
            minute INTEGER NOT NULL, in_minute INTEGER NOT NULL, PRIMARY KEY (day, subject)) WITHOUT ROWID;
        INSERT INTO meta (name, value) VALUES ('epoch', 1), ('last_reset', 0), ('clock_jump', 0),
            ('reported_domain_per_minute', 0), ('reported_domain_per_day', 0),
            ('reported_service_per_minute', 0), ('reported_service_per_day', 0);
        """;

    /// <summary>Creates the tables where there are none, and makes sure that they belong to the key.</summary>
    /// <returns>The key in force.</returns>
    public static AddressKey Prepare(IDatabase database, string path, AddressKey key)
    {
        if (VersionOf(database) == 0)
            Create(database, key);
        else
            Check(database, path);
        return KeyInForce(database, path, key);
    }

    /// <exception cref="ResponderException">The tables are those of another version, or there are none.</exception>
    public static void Check(IDatabase database, string path)
    {
        var version = VersionOf(database);
        if (version != Version)
            throw new ResponderException(Cause.Database, AnotherVersion(path, version));
    }

    /// <inheritdoc cref="IDatabase.KeyInForce"/>
    public static AddressKey KeyInForce(IDatabase database, string path, AddressKey newest) =>
        newest.WithFingerprint(Fingerprint(database, "address_key"))
        ?? throw new ResponderException(Cause.KeyFile,
            newest.WithFingerprint(Fingerprint(database, "former_key")) is not null
            ? $"database {path} has gone over to a newer address key; restore the key file that responder blacklist "
            + $"rotate-key wrote"
            : $"database {path} was made with another address key; restore that key file, or move the database away "
            + $"to start with empty quotas and lists");

    /// <summary>Empty when there is none.</summary>
    private static byte[] Fingerprint(IDatabase database, string name) =>
        database.Rows($"SELECT value FROM meta WHERE name = '{name}'", row => row.Bytes(0)) is [var fingerprint]
            ? fingerprint : [];

    private static void Create(IDatabase database, AddressKey key)
    {
        database.Execute("PRAGMA journal_mode = WAL");
        database.InTransaction(() => CreateAlone(database, key));
        // Moves the tables from the log into the file. If the log is lost later, the database is empty, and never half
        // of one.
        database.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
    }

    /// <returns>The version of the tables.</returns>
    private static long CreateAlone(IDatabase database, AddressKey key)
    {
        // Read again under the lock: another process may have created them meanwhile.
        if (VersionOf(database) != 0)
            return VersionOf(database);
        database.Execute(Tables);
        database.Execute(
            "INSERT INTO volume (number, begun_at, generation) VALUES (1, 0, @generation)",
            ("generation", key.Generation));
        database.Execute(
            "INSERT INTO meta (name, value) VALUES ('address_key', @fingerprint)", ("fingerprint", key.Fingerprint));
        database.Execute($"PRAGMA user_version = {Version}");
        return Version;
    }

    /// <summary>0 when there are no tables.</summary>
    public static long VersionOf(IDatabase database) => database.Scalar("PRAGMA user_version") ?? 0;

    private static string AnotherVersion(string path, long version) => string.Create(CultureInfo.InvariantCulture,
        $"database {path} was made by another responder (schema {version}, this one needs {Version}); install that "
        + $"one, "
        + $"or move the database away to start with empty quotas and lists");
}
