using System.Diagnostics;
using MailResponder.Limits;
using MailResponder.Settings;
using Microsoft.Data.Sqlite;

namespace MailResponder.Tests.Limits;

/// <summary>The contract on SQLite.</summary>
public sealed class SqliteStoreTests : StoreContract
{
    readonly string folder = Directory.CreateTempSubdirectory("sqlite-").FullName;

    string DatabaseFile => Path.Combine(folder, "responder.db");

    internal override Store OpenAnother() => OpenWith(Key);

    internal override Store OpenWith(AddressKey key) =>
        Store.Open(new DatabaseSettings(DatabaseFile, null), key, TimeSpan.FromSeconds(60), Clock);

    protected override long Number(string sql) => Convert.ToInt64(Ask(sql), null);

    protected override void Run(string sql) => Ask(sql);

    // fcntl locks belong to the process; python takes one as another process.
    internal override IDisposable? InAnotherProcess(Store other, MessageKey message)
    {
        var offset = System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(message.Original) & (long.MaxValue >> 1);
        using var python = Process.Start("python3", ["-c",
            $"import fcntl\nf = open('{DatabaseFile}.lock', 'r+')\ntry: fcntl.lockf(f, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, {offset})\nexcept OSError: exit(7)"]);
        python.WaitForExit();
        Assert.True(python.ExitCode is 0 or 7);
        return python.ExitCode == 7 ? null : new MemoryStream();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void DatabaseOfAnEarlierVersion_KeepsQuotasListsAndLedger(int version)
    {
        var (charged, retried) = (Somebody(), NewMessage());
        using (var connection = new SqliteConnection($"Data Source={DatabaseFile};Pooling=False"))
        {
            SqliteLibrary.Load();
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText =
                """
                CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
                CREATE TABLE quota (requester BLOB PRIMARY KEY, used INTEGER NOT NULL) WITHOUT ROWID;
                CREATE TABLE listed (subject BLOB PRIMARY KEY, verdict INTEGER NOT NULL, listed_at INTEGER NOT NULL) WITHOUT ROWID;
                CREATE TABLE ledger (message BLOB PRIMARY KEY, claimed_at INTEGER NOT NULL, charged INTEGER NOT NULL,
                    sent INTEGER NOT NULL, given_up INTEGER NOT NULL) WITHOUT ROWID;
                CREATE INDEX ledger_claimed_at ON ledger (claimed_at);
                INSERT INTO meta VALUES ('address_key', @key), ('last_reset', 1700000000);
                INSERT INTO quota VALUES (@requester, 2);
                INSERT INTO listed VALUES (@domain, 1, 1700000000);
                INSERT INTO ledger VALUES (@message, 1795000000, 1, 1, 0);
                PRAGMA user_version = 1;
                """;
            command.Parameters.AddWithValue("@key", Key.Fingerprint);
            command.Parameters.AddWithValue("@requester", charged.Address);
            command.Parameters.AddWithValue("@domain", Key.Domain("blocked.example"));
            command.Parameters.AddWithValue("@message", retried.Value);
            command.ExecuteNonQuery();
            if (version >= 2)
            {
                command.CommandText =
                    """
                    ALTER TABLE quota ADD COLUMN epoch INTEGER NOT NULL DEFAULT 1;
                    INSERT INTO meta (name, value) VALUES ('epoch', 6);
                    INSERT INTO quota (requester, used, epoch) VALUES (x'01', 1, 5);
                    UPDATE quota SET epoch = 6 WHERE requester = @requester;
                    UPDATE ledger SET charged = 6;
                    PRAGMA user_version = 2;
                    """;
                command.ExecuteNonQuery();
            }
            if (version == 3)
            {
                command.CommandText =
                    """
                    CREATE TABLE window_quota (
                        epoch INTEGER NOT NULL, requester BLOB NOT NULL, used INTEGER NOT NULL, PRIMARY KEY (epoch, requester)) WITHOUT ROWID;
                    INSERT INTO window_quota (epoch, requester, used) SELECT epoch, requester, used FROM quota WHERE epoch = 6;
                    DROP TABLE quota;
                    ALTER TABLE window_quota RENAME TO quota;
                    CREATE TABLE volume (number INTEGER PRIMARY KEY, begun_at INTEGER NOT NULL);
                    INSERT INTO volume (number, begun_at) VALUES (1, 0), (2, 1795000000);
                    DROP INDEX ledger_claimed_at;
                    ALTER TABLE ledger RENAME TO claims;
                    CREATE TABLE ledger (
                        volume INTEGER NOT NULL, message BLOB NOT NULL, charged INTEGER NOT NULL,
                        sent INTEGER NOT NULL, given_up INTEGER NOT NULL, PRIMARY KEY (volume, message)) WITHOUT ROWID;
                    INSERT INTO ledger SELECT 1, message, charged, sent, given_up FROM claims;
                    DROP TABLE claims;
                    PRAGMA user_version = 3;
                    """;
                command.ExecuteNonQuery();
            }
        }

        var store = Open();

        Assert.Equal(2, store.Used(charged));
        Assert.Equal(Verdict.Blocked, store.VerdictOf(Key.Requester("a@blocked.example")!));
        Assert.Equal(new Claim(ClaimResult.Retry, Sent: 1), store.Claim(retried, charged, 3));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1700000000), store.Count().LastReset);
        store.Refund(retried, charged);
        Assert.Equal(1, store.Used(charged));
        Assert.Equal((1L, 0L, false), store.Reset(DateTimeOffset.UnixEpoch));
        Assert.Equal(4L, Ask("PRAGMA user_version"));
    }

    /// <summary>Also by way of a linked folder, below which `..` means another folder than its name says.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void DatabaseThatIsNamedByALink_IsTheSameDatabase(bool isThereAlready)
    {
        if (isThereAlready) Open();
        Directory.CreateDirectory(Path.Combine(folder, "deep/links"));
        Directory.CreateSymbolicLink(Path.Combine(folder, "way"), Path.Combine(folder, "deep/links"));
        File.CreateSymbolicLink(Path.Combine(folder, "deep/links/responder.db"), "../second");
        File.CreateSymbolicLink(Path.Combine(folder, "deep/second"), DatabaseFile);
        var message = NewMessage();

        var settings = new DatabaseSettings(Path.Combine(folder, "way/responder.db"), null);
        using (var store = Store.Open(settings, Key, TimeSpan.FromSeconds(60), Clock))
        using (store.EnterMessage(message))
        {
            Assert.Null(InAnotherProcess(store, message));
            store.Claim(message, Somebody(), 3);
            store.RecordSent(message, 0);
        }

        Assert.Equal(new Claim(ClaimResult.Retry, Sent: 1), Open().Claim(message, Somebody(), 3));
        Assert.Equal(["responder.db"], Directory.GetFiles(Path.Combine(folder, "deep/links")).Select(Path.GetFileName));
        Assert.Equal(["second"], Directory.GetFiles(Path.Combine(folder, "deep")).Select(Path.GetFileName));
    }

    protected override void CleanUp() => Directory.Delete(folder, recursive: true);

    object? Ask(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={DatabaseFile};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
