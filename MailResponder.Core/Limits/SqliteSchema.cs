using System.Data;
using Dapper;
using Microsoft.Data.Sqlite;

namespace MailResponder.Limits;

/// <summary>The tables, and the steps from each version to the next. The version is SQLite's user_version.</summary>
internal static class SqliteSchema
{
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
    ];

    /// <summary>The version that this program makes and needs.</summary>
    public static int Newest => Steps.Length;

    /// <summary>Creates or migrates the tables where due, and makes sure that they belong to the key.</summary>
    public static void BringUpToDate(SqliteConnection connection, string path, byte[] keyFingerprint)
    {
        if (Version(connection, null) != Newest)
            Migrate(connection, path, keyFingerprint);
        var fingerprint = (byte[]?)connection.ExecuteScalar("SELECT value FROM meta WHERE name = 'address_key'");
        if (!keyFingerprint.AsSpan().SequenceEqual(fingerprint))
        {
            throw new ResponderException(Cause.KeyFile, $"database {path} was made with another address key; " +
                "restore that key file, or move the database away to start with empty quotas and lists");
        }
    }

    private static void Migrate(SqliteConnection connection, string path, byte[] keyFingerprint)
    {
        connection.Execute("PRAGMA journal_mode = WAL");
        using var transaction = connection.BeginTransaction(deferred: false);
        // Read again under the lock: another process may have done it meanwhile.
        var version = Version(connection, transaction);
        if (version > Newest)
        {
            throw new ResponderException(Cause.Database, $"database {path} was made by a newer responder " +
                $"(schema {version}, this one knows {Newest}); install the newer one again");
        }

        for (; version < Newest; version++)
        {
            connection.Execute(Steps[version], transaction: transaction);
            if (version == 0)
            {
                var parameters = new DynamicParameters();
                parameters.Add("fingerprint", keyFingerprint, DbType.Binary);
                connection.Execute("INSERT INTO meta (name, value) VALUES ('address_key', @fingerprint)", parameters, transaction);
            }
        }

        connection.Execute($"PRAGMA user_version = {Newest}", transaction: transaction);
        transaction.Commit();
    }

    /// <summary>0 when there are no tables.</summary>
    public static long Version(SqliteConnection connection, IDbTransaction? transaction) =>
        (long)connection.ExecuteScalar("PRAGMA user_version", transaction: transaction)!;
}
