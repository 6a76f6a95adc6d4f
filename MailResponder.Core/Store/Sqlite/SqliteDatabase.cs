using System.Buffers.Binary;
using System.Data.Common;
using MailResponder.Files;
using MailResponder.Native;
using Microsoft.Data.Sqlite;
using Microsoft.Win32.SafeHandles;
using SQLitePCL;

namespace MailResponder.Store.Sqlite;

/// <summary>The database of one host: a SQLite file in WAL mode.</summary>
/// <remarks>
/// <para>Every commit reaches the disk before the next step. Otherwise a power failure could lose the record of a
/// reply, and the reply would be sent again. With synchronous=FULL, SQLite would wait for the disk while it holds the
/// write lock. Here SQLite does not wait; instead <see cref="Run"/> flushes the log after the commit. So processes wait
/// for the disk at the same time, not one after the other.</para>
/// <para>The write-ahead log is kept when the last process closes the database. It is copied into the database when it
/// has grown to <see cref="CheckpointPages"/> pages. A copy after each message would wait for the disk four more
/// times. Deleting the log would also free its space; on a full disk others take it, and every message is deferred.
/// </para>
/// </remarks>
/// <param name="path">The file, for error messages.</param>
/// <param name="connection">An open connection to the file. Disposed with this object.</param>
internal sealed class SqliteDatabase(string path, UnpooledConnection connection) : IDatabase
{
    /// <summary>
    /// The size of the write-ahead log, in pages of 4 KiB, at which it is copied into the database. A message writes
    /// about four pages. The log must be small, because the first process after a pause reads all of its pages.
    /// </summary>
    private const int CheckpointPages = 64;

    private readonly UnpooledConnection _connection = connection;

    /// <summary>
    /// The write-ahead log, to which SQLite writes commits (sqlite.org/wal.html). Null if there is none.
    /// </summary>
    private SafeFileHandle? _log;

    public DbConnection Connection => _connection;

    // This takes the write lock first, so that no other process writes between the reads and the writes.
    public string Begin => "BEGIN IMMEDIATE";

    public AddressKey Key { get; private set; } = null!;

    // SQLite allows one writer and has no queue: a waiting process polls after 1, 2, 5, 10, 15, 20, 25 ms. So the lock
    // must be free for at least as long as it is held.
    public TimeSpan LongestBatch => TimeSpan.FromMilliseconds(8);

    public TimeSpan RestAfterBatch => TimeSpan.FromMilliseconds(8);

    public string UnlessThere(string column) => "ON CONFLICT DO NOTHING";

    /// <inheritdoc cref="RequesterStore.Open"/>
    /// <param name="path">The database file. It and its folder are created if missing.</param>
    public static SqliteDatabase Open(string path, AddressKey key, TimeSpan maxWait) => InWords(path, () =>
    {
        MakeFile(path, SecretFile.Mode | UnixFileMode.GroupWrite);
        var database = new SqliteDatabase(path, Connect(path, maxWait));
        try
        {
            var schema = database.ReadSchema();
            if (schema.Version == 0)
                schema = database.Create(key);
            database.Key = schema.KeyInForce(key, path);
            database.WaitForDiskItself();
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    });

    /// <summary>Returns the versions of SQLite and of the tables. Creates and changes nothing.</summary>
    /// <exception cref="ResponderException">The file cannot be read or is not a database.</exception>
    public static (string Version, long Schema) Look(string path, TimeSpan maxWait) => InWords(path, () =>
    {
        RegularFile.ModeOf(path);
        using var database = new SqliteDatabase(path, Connect(path, maxWait));
        return (database._connection.ServerVersion, database.ReadSchema().Version);
    });

    /// <summary>
    /// Copies a consistent state of the database into a new file by SQLite's online backup. Messages can be answered
    /// meanwhile.
    /// </summary>
    /// <param name="copy">The file to create. Only its owner can read it.</param>
    /// <param name="path">The database.</param>
    /// <param name="maxWait">How long to wait for locks of other processes.</param>
    /// <exception cref="ResponderException">
    /// The database is missing or damaged, or the copy cannot be written.
    /// </exception>
    public static void CopyTo(string copy, string path, TimeSpan maxWait) => InWords(path, () =>
    {
        if (RegularFile.ModeOf(path) is null)
            throw new FileNotFoundException();
        using var database = new SqliteDatabase(path, Connect(path, maxWait));
        RegularFile.Create(copy).Dispose();
        using var target = new SqliteDatabase(copy, Connect(copy, maxWait));
        // No other process reads the copy before it is complete. A journal would leave files next to it.
        target.Execute("PRAGMA journal_mode = OFF");
        target.Execute("PRAGMA synchronous = OFF");
        database._connection.BackupDatabase(target._connection);
        return copy;
    });

    /// <summary>
    /// Checks that a copy is intact, has the needed schema version, and belongs to the key file. No process may write
    /// the copy meanwhile.
    /// </summary>
    /// <param name="copy">The file. No other files are created next to it.</param>
    /// <param name="shown">The name of the copy in error messages.</param>
    /// <param name="newest">The newest key of the key file.</param>
    /// <exception cref="ResponderException">A check fails.</exception>
    public static void CheckCopy(string copy, string shown, AddressKey newest) => InWords(shown, () =>
    {
        using var database = new SqliteDatabase(shown, ConnectToCopy(copy));
        var key = database.KeyInForce(newest);
        if (database.Rows("PRAGMA quick_check(1)", row => row.GetString(0)) is not ["ok"])
            throw new ResponderException(Cause.Database, $"database {shown}: is damaged");
        return key;
    });

    /// <summary>
    /// Replaces the content of a database with that of a copy in one transaction. Processes that have the database open
    /// continue with the new content. A missing database is created.
    /// </summary>
    /// <param name="path">The database.</param>
    /// <param name="copy">The copy. No process may write it meanwhile.</param>
    /// <param name="maxWait">How long to wait for locks of other processes.</param>
    /// <exception cref="ResponderException">The copy cannot be read, or the database cannot be written.</exception>
    public static void Replace(string path, string copy, TimeSpan maxWait) => InWords(path, () =>
    {
        MakeFile(path, SecretFile.Mode | UnixFileMode.GroupWrite);
        using var from = new SqliteDatabase(copy, ConnectToCopy(copy));
        using var database = new SqliteDatabase(path, Connect(path, maxWait));
        database.Execute("PRAGMA journal_mode = WAL");
        from._connection.BackupDatabase(database._connection);
        return database.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
    });

    public AddressKey KeyInForce(AddressKey newest) => ReadSchema().KeyInForce(newest, path);

    /// <inheritdoc/>
    /// <remarks>
    /// If the lock cannot be taken because of an error, this throws and the message is not answered: two processes with
    /// the same message would both send its replies. SQLite itself also needs a file system with locks.
    /// </remarks>
    public IDisposable? EnterMessage(byte[] messageKey)
    {
        var path = TruePath + ".lock";
        var offset = BinaryPrimitives.ReadInt64BigEndian(messageKey) & (long.MaxValue >> 1);
        return FileTrouble.InWords(Cause.Database, "database " + path, () => FileTurn.TryTake(path, offset));
    }

    // This does not flush, so that other processes wait less for the lock. The next message's commit flushes the log.
    public int DeleteBatch(string sql, params (string Name, object Value)[] values) =>
        InWords(path, () => this.Execute(sql, values));

    // No retry is needed: SQLite waits for locks of other processes, up to busy_timeout.
    public void Run(Action work, bool afterSending) => InWords(path, () =>
    {
        var changes = raw.sqlite3_total_changes(_connection.Handle);
        work();
        if (_log is not null && raw.sqlite3_total_changes(_connection.Handle) != changes)
            FileSystem.FlushData(_log);
        return changes;
    });

    public void Undo()
    {
        try
        {
            this.Execute("ROLLBACK");
        }
        catch (SqliteException)
        {
            // There is no transaction: SQLite itself rolls back when the disk is full.
        }
    }

    public void Dispose()
    {
        _connection.Dispose();
        _log?.Dispose();
    }

    /// <summary>
    /// The path of the file with symbolic links resolved. SQLite creates its other files next to this path, and the
    /// lock file must be the same whichever path the settings name.
    /// </summary>
    private string TruePath => _connection.DataSource;

    private static UnpooledConnection Connect(string path, TimeSpan maxWait)
    {
        const int noCheckpointOnClose = 1006; // SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE
        var connection = UnpooledConnection.To(Path.GetFullPath(path), raw.SQLITE_OPEN_READWRITE, maxWait);
        _ = raw.sqlite3_db_config(connection.Handle, noCheckpointOnClose, 1, out _);
        return connection;
    }

    // Error code 1 is SQLITE_ERROR: a generic error, such as an unknown table.
    private Schema ReadSchema() => Schema.Read(this, exception => exception is SqliteException { SqliteErrorCode: 1 });

    private Schema Create(AddressKey key)
    {
        this.Execute("PRAGMA journal_mode = WAL");
        this.InTransaction(() =>
        {
            // Read again under the lock: another process may have created the tables meanwhile.
            if (ReadSchema().Version == 0)
                Schema.Create(this, key, "WITHOUT ROWID");
            return true;
        });
        // Move the tables from the log into the file. If the log is lost later, the database is empty but complete.
        this.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
        return ReadSchema();
    }

    /// <summary>
    /// Opens a copy for reading, without locks and without creating a log. No process may write the copy meanwhile.
    /// </summary>
    private static UnpooledConnection ConnectToCopy(string copy) => UnpooledConnection.To(
        new Uri(Path.GetFullPath(copy)).AbsoluteUri + "?immutable=1", raw.SQLITE_OPEN_READONLY | raw.SQLITE_OPEN_URI,
        maxWait: TimeSpan.Zero);

    /// <summary>
    /// Sets up the connection so that <see cref="Run"/> flushes commits instead of SQLite. Does nothing if the database
    /// is not in WAL mode: there SQLite flushes each commit itself.
    /// </summary>
    private void WaitForDiskItself()
    {
        if (this.Rows("PRAGMA journal_mode", row => row.GetString(0)) is not ["wal"])
            return;
        _ = raw.sqlite3_wal_autocheckpoint(_connection.Handle, CheckpointPages);
        _log = File.OpenHandle(
            TruePath + "-wal", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        this.Execute("PRAGMA synchronous = NORMAL");
    }

    /// <summary>
    /// Runs the work. Translates exceptions of SQLite and of file operations into <see cref="ResponderException"/>.
    /// </summary>
    /// <param name="path">The database, for error messages.</param>
    /// <param name="work">The work that uses the database.</param>
    /// <exception cref="ResponderException">The database cannot be used now.</exception>
    public static T InWords<T>(string path, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception exception) when (exception is SqliteException || FileTrouble.Is(exception))
        {
            throw SqliteTrouble.Translate(exception, path);
        }
    }

    /// <summary>
    /// Creates an empty file for SQLite to fill, and its folder. Does nothing if the file exists. A file created by
    /// SQLite itself would be readable by every user.
    /// </summary>
    /// <param name="mode">The permissions of a new file, before the umask.</param>
    public static void MakeFile(string path, UnixFileMode mode)
    {
        if (RegularFile.ModeOf(path) is not null)
            return;
        NewFolder.Make(Path.GetDirectoryName(path) ?? "");
        new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite,
            UnixCreateMode = mode,
        }).Dispose();
    }
}
