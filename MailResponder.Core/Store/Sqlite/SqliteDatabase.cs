using System.Buffers.Binary;
using System.Data.Common;
using MailResponder.Files;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace MailResponder.Store.Sqlite;

/// <summary>The database of one host: a SQLite file in WAL mode. See <see cref="SqliteSchema"/> for the
/// tables.</summary> <remarks> Every commit reaches the disk before the next step: a reply whose record is lost with
/// the power would be sent again. SQLite would wait for the disk before it lets the next process write
/// (synchronous=FULL). Here it does not wait at all, and <see cref="Run"/> does, after the commit: processes then wait
/// for the disk together, not one after the other. <para>The write-ahead log stays when the last process closes the
/// database, and is copied into it when it has grown to <see cref="CheckpointPages"/>: to do so after each message is
/// to wait for the disk four times more.</para> </remarks>
internal sealed class SqliteDatabase : IDatabase
{
    /// <summary>
    /// Of 4 KiB. A message writes about four, and the first process after a pause reads the log's pages to find what is
    /// in it.
    /// </summary>
    private const int CheckpointPages = 64;

    private readonly SqliteConnection _connection;
    private readonly string _path;
    private WriteAheadLog? _log;

    private SqliteDatabase(string path, SqliteConnection connection)
    {
        _path = path;
        _connection = connection;
    }

    public DbConnection Connection => _connection;

    // Takes the write lock first, so that what is read cannot change before it is written.
    public string Begin => "BEGIN IMMEDIATE";

    public AddressKey Key { get; private set; } = null!;

    public string EnterWindow =>
        "INSERT INTO quota (epoch, requester, used) VALUES (@epoch, @requester, 0) ON CONFLICT DO NOTHING";

    public string EnterDay =>
        "INSERT INTO counter (day, subject, in_day, minute, in_minute) VALUES (@day, @subject, 0, 0, 0) ON CONFLICT "
            + "DO NOTHING";

    // SQLite has one writer and no queue: a waiting process polls after 1, 2, 5, 10, 15, 20, 25 ms. So the lock must be
    // free for at least as long as it is held.
    public TimeSpan LongestBatch => TimeSpan.FromMilliseconds(8);

    public TimeSpan RestAfterBatch => TimeSpan.FromMilliseconds(8);

    /// <inheritdoc cref="RequesterStore.Open"/>
    /// <param name="path">The database file; its folder is made when it is missing.</param>
    public static SqliteDatabase Open(string path, AddressKey key, TimeSpan maxWait) => InWords(path, () =>
    {
        MakeFile(path);
        var database = new SqliteDatabase(path, Connect(path, maxWait));
        try
        {
            database.Key = SqliteSchema.Prepare(database, path, key);
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
        return (database._connection.ServerVersion, SqliteSchema.VersionOf(database));
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
    public static void CheckCopy(string copy, string shown, AddressKey key) => InWords(shown, () =>
    {
        using var database = new SqliteDatabase(shown, ConnectToCopy(copy));
        SqliteSchema.Check(database, shown);
        if (database.Rows("PRAGMA quick_check(1)", row => row.GetString(0)) is not ["ok"])
            throw new ResponderException(Cause.Database, $"database {shown}: is damaged");
        return database.KeyInForce(key);
    });

    /// <summary>
    /// Puts the content of a copy in place of that of a database, in one transaction: processes that have it open go on
    /// with the new content. A missing database is made.
    /// </summary>
    /// <exception cref="ResponderException">It cannot be written.</exception>
    public static void Replace(string path, string copy, TimeSpan maxWait) => InWords(path, () =>
    {
        MakeFile(path);
        using var from = new SqliteDatabase(copy, ConnectToCopy(copy));
        using var database = new SqliteDatabase(path, Connect(path, maxWait));
        database.Execute("PRAGMA journal_mode = WAL");
        from._connection.BackupDatabase(database._connection);
        return database.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
    });

    public AddressKey KeyInForce(AddressKey newest) => SqliteSchema.KeyInForce(this, _path, newest);

    public void PutInForce(AddressKey key)
    {
        this.Execute(
            "REPLACE INTO meta (name, value) SELECT 'former_key', value FROM meta WHERE name = 'address_key'");
        this.Execute(
            "UPDATE meta SET value = @fingerprint WHERE name = 'address_key'", ("fingerprint", key.Fingerprint));
    }

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
        InWords(_path, () => this.Execute(sql, values));

    // No retry: SQLite waits for other processes' locks, up to busy_timeout.
    public void Run(Action work) => InWords(_path, () =>
    {
        var changes = raw.sqlite3_total_changes(_connection.Handle);
        work();
        if (raw.sqlite3_total_changes(_connection.Handle) != changes)
            _log?.Flush();
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

    private static SqliteConnection Connect(string path, TimeSpan maxWait)
    {
        SqliteLibrary.Load();
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = Path.GetFullPath(path),
            Mode = SqliteOpenMode.ReadWrite,
            Pooling = false,
            // An upper bound: SQLite's busy_timeout below ends the wait first. 0 would mean no limit.
            DefaultTimeout = Math.Max(1, (int)maxWait.TotalSeconds),
        }.ConnectionString);
        try
        {
            connection.Open();
            // SQLite looks for the lock every few milliseconds, the connection every 150.
            _ = raw.sqlite3_busy_timeout(connection.Handle, (int)maxWait.TotalMilliseconds);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Without locks or a log of its own: nobody may be writing the file.</summary>
    private static SqliteConnection ConnectToCopy(string copy)
    {
        SqliteLibrary.Load();
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = new Uri(Path.GetFullPath(copy)).AbsoluteUri + "?immutable=1",
            Mode = SqliteOpenMode.ReadOnly,
            Pooling = false,
        }.ConnectionString);
        try
        {
            connection.Open();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>A database that is not in WAL mode is left alone: SQLite flushes each commit there.</summary>
    private void WaitForDiskItself()
    {
        if (this.Rows("PRAGMA journal_mode", row => row.GetString(0)) is not ["wal"])
            return;
        const int noCheckpointOnClose = 1006; // SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE
        _ = raw.sqlite3_db_config(_connection.Handle, noCheckpointOnClose, 1, out _);
        _ = raw.sqlite3_wal_autocheckpoint(_connection.Handle, CheckpointPages);
        _log = WriteAheadLog.Of(TruePath);
        this.Execute("PRAGMA synchronous = NORMAL");
    }

    private static T InWords<T>(string path, Func<T> work)
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
    private static void MakeFile(string path)
    {
        if (RegularFile.ModeOf(path) is not null)
            return;
        NewFolder.Make(Path.GetDirectoryName(path) ?? "");
        new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite
                | UnixFileMode.GroupRead | UnixFileMode.GroupWrite,
        }).Dispose();
    }
}
