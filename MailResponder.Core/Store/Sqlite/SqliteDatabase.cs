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
/// <para>Every commit reaches the disk before the next step: a reply whose record is lost with the power would be sent
/// again. With synchronous=FULL, SQLite would wait for the disk before the next process may write. Here SQLite does not
/// wait; <see cref="Run"/> does, after the commit. So processes wait for the disk together, not one after the
/// other.</para>
/// <para>The write-ahead log stays when the last process closes the database. It is copied into the database when it
/// has grown to <see cref="CheckpointPages"/>; a copy after each message would wait for the disk four times
/// more.</para>
/// </remarks>
/// <param name="path">The file, for the operator.</param>
/// <param name="connection">To it, open.</param>
internal sealed class SqliteDatabase(string path, UnpooledConnection connection) : IDatabase
{
    /// <summary>
    /// Of 4 KiB. A message writes about four, and the first process after a pause reads the log's pages to find what is
    /// in it.
    /// </summary>
    private const int CheckpointPages = 64;

    private readonly UnpooledConnection _connection = connection;

    /// <summary>The file into which SQLite writes what is committed (sqlite.org/wal.html).</summary>
    private SafeFileHandle? _log;

    public DbConnection Connection => _connection;

    // Takes the write lock first, so that what is read cannot change before it is written.
    public string Begin => "BEGIN IMMEDIATE";

    public AddressKey Key { get; private set; } = null!;

    // SQLite has one writer and no queue: a waiting process polls after 1, 2, 5, 10, 15, 20, 25 ms. So the lock must be
    // free for at least as long as it is held.
    public TimeSpan LongestBatch => TimeSpan.FromMilliseconds(8);

    public TimeSpan RestAfterBatch => TimeSpan.FromMilliseconds(8);

    public string UnlessThere(string column) => "ON CONFLICT DO NOTHING";

    /// <inheritdoc cref="RequesterStore.Open"/>
    /// <param name="path">The database file; its folder is made when it is missing.</param>
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

    /// <summary>SQLite's version and that of the tables, with nothing created or changed.</summary>
    /// <exception cref="ResponderException">The file cannot be read, or is no database.</exception>
    public static (string Version, long Schema) Look(string path, TimeSpan maxWait) => InWords(path, () =>
    {
        RegularFile.ModeOf(path);
        using var database = new SqliteDatabase(path, Connect(path, maxWait));
        return (database._connection.ServerVersion, database.ReadSchema().Version);
    });

    /// <summary>
    /// Copies the database, as it is at one moment, into a new file, while mail comes in: by SQLite's online backup.
    /// </summary>
    /// <param name="path">The database.</param>
    /// <param name="copy">Made anew, for its owner alone.</param>
    /// <exception cref="ResponderException">The database is missing or damaged, or the copy cannot be made.</exception>
    public static void CopyTo(string copy, string path, TimeSpan maxWait) => InWords(path, () =>
    {
        if (RegularFile.ModeOf(path) is null)
            throw new FileNotFoundException();
        using var database = new SqliteDatabase(path, Connect(path, maxWait));
        RegularFile.Create(copy).Dispose();
        using var target = new SqliteDatabase(copy, Connect(copy, maxWait));
        // Until it is whole nobody reads it, and nothing is to be left beside it.
        target.Execute("PRAGMA journal_mode = OFF");
        target.Execute("PRAGMA synchronous = OFF");
        database._connection.BackupDatabase(target._connection);
        return copy;
    });

    /// <summary>Looks whether a copy that nobody writes is whole, of this version, and made with the key.</summary>
    /// <param name="copy">The file; nothing is made beside it.</param>
    /// <param name="shown">What the operator calls it.</param>
    /// <exception cref="ResponderException">It is not.</exception>
    public static void CheckCopy(string copy, string shown, AddressKey newest) => InWords(shown, () =>
    {
        using var database = new SqliteDatabase(shown, ConnectToCopy(copy));
        var key = database.KeyInForce(newest);
        if (database.Rows("PRAGMA quick_check(1)", row => row.GetString(0)) is not ["ok"])
            throw new ResponderException(Cause.Database, $"database {shown}: is damaged");
        return key;
    });

    /// <summary>
    /// Puts the content of a copy in place of that of a database, in one transaction: processes that have it open go on
    /// with the new content. A missing database is made.
    /// </summary>
    /// <exception cref="ResponderException">It cannot be written.</exception>
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
    /// No message is answered without the lock: two processes that have the same one would both find its replies
    /// unsent. On a file system without locks SQLite does not work either.
    /// </remarks>
    public IDisposable? EnterMessage(byte[] messageKey)
    {
        var path = TruePath + ".lock";
        var offset = BinaryPrimitives.ReadInt64BigEndian(messageKey) & (long.MaxValue >> 1);
        return FileTrouble.InWords(Cause.Database, "database " + path, () => FileTurn.TryTake(path, offset));
    }

    // Does not flush while others wait for the lock. The next message's commit flushes it.
    public int DeleteBatch(string sql, params (string Name, object Value)[] values) =>
        InWords(path, () => this.Execute(sql, values));

    // No retry: SQLite waits for other processes' locks, up to busy_timeout.
    public void Run(Action work) => InWords(path, () =>
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
            // Undone already: SQLite does that itself when the disk is full.
        }
    }

    public void Dispose()
    {
        _connection.Dispose();
        _log?.Dispose();
    }

    /// <summary>
    /// The file without symbolic links in its name. SQLite makes its other files beside that one, and the lock file has
    /// to be the same whichever name the settings use.
    /// </summary>
    private string TruePath => _connection.DataSource;

    private static UnpooledConnection Connect(string path, TimeSpan maxWait) =>
        UnpooledConnection.To(Path.GetFullPath(path), raw.SQLITE_OPEN_READWRITE, maxWait);

    // SQLITE_ERROR, as for a statement that is wrong.
    private Schema ReadSchema() => Schema.Read(this, exception => exception is SqliteException { SqliteErrorCode: 1 });

    private Schema Create(AddressKey key)
    {
        this.Execute("PRAGMA journal_mode = WAL");
        this.InTransaction(() =>
        {
            // Read again under the lock: another process may have created them meanwhile.
            if (ReadSchema().Version == 0)
                Schema.Create(this, key, "WITHOUT ROWID");
            return true;
        });
        // Moves the tables from the log into the file. If the log is lost later, the database is empty, and never half
        // of one.
        this.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
        return ReadSchema();
    }

    /// <summary>Without locks or a log of its own: nobody may be writing the file.</summary>
    private static UnpooledConnection ConnectToCopy(string copy) => UnpooledConnection.To(
        new Uri(Path.GetFullPath(copy)).AbsoluteUri + "?immutable=1", raw.SQLITE_OPEN_READONLY | raw.SQLITE_OPEN_URI,
        maxWait: TimeSpan.Zero);

    /// <summary>A database that is not in WAL mode is left alone: SQLite flushes each commit there.</summary>
    private void WaitForDiskItself()
    {
        if (this.Rows("PRAGMA journal_mode", row => row.GetString(0)) is not ["wal"])
            return;
        const int noCheckpointOnClose = 1006; // SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE
        _ = raw.sqlite3_db_config(_connection.Handle, noCheckpointOnClose, 1, out _);
        _ = raw.sqlite3_wal_autocheckpoint(_connection.Handle, CheckpointPages);
        _log = File.OpenHandle(
            TruePath + "-wal", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        this.Execute("PRAGMA synchronous = NORMAL");
    }

    /// <summary>Runs the work. What SQLite or a file throws there becomes ours.</summary>
    /// <param name="path">The database, for the operator.</param>
    /// <param name="work">Uses it.</param>
    /// <exception cref="ResponderException">The database cannot do it now.</exception>
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

    /// <summary>Makes an empty file for SQLite to fill. SQLite itself would make one that everybody may read.</summary>
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
