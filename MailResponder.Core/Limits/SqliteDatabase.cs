using System.Data;
using System.Globalization;
using Dapper;
using Microsoft.Data.Sqlite;

namespace MailResponder.Limits;

/// <summary>The database of one host: a SQLite file in WAL mode. See <see cref="SqliteSchema"/> for the tables.</summary>
/// <remarks>
/// Every commit reaches the disk before the next step (synchronous=FULL): a reply whose record is lost with the power
/// would be sent again.
/// </remarks>
internal sealed class SqliteDatabase : IDatabase
{
    private readonly SqliteConnection _connection;
    private readonly string _path;

    private SqliteDatabase(string path, SqliteConnection connection)
    {
        _path = path;
        _connection = connection;
    }

    public IDbConnection Connection => _connection;

    public string EnterWindow =>
        """
        INSERT INTO quota (requester, epoch, used) SELECT @requester, value, 0 FROM meta WHERE name = 'epoch'
        ON CONFLICT (requester) DO UPDATE SET
            used = CASE WHEN epoch < excluded.epoch THEN 0 ELSE used END, epoch = max(epoch, excluded.epoch)
        """;

    /// <inheritdoc cref="Store.Open"/>
    /// <param name="path">The database file; its folder is made when it is missing.</param>
    public static SqliteDatabase Open(string path, AddressKey key, TimeSpan maxWait)
    {
        SqliteLibrary.Load();
        var builder = new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Pooling = false,
            DefaultTimeout = Math.Max(1, (int)maxWait.TotalSeconds),
        };
        var connection = new SqliteConnection(builder.ConnectionString);
        var database = new SqliteDatabase(path, connection);
        try
        {
            database.Try(() =>
            {
                MakeFile(path);
                connection.Open();
                connection.Execute(string.Create(CultureInfo.InvariantCulture,
                    $"PRAGMA busy_timeout = {(int)maxWait.TotalMilliseconds}"));
                SqliteSchema.BringUpToDate(connection, path, key.Fingerprint);
                return true;
            });
            return database;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>SQLite's version and that of the tables, with nothing created or changed.</summary>
    /// <exception cref="ResponderException">The file cannot be read, or is no database.</exception>
    public static (string Version, long Schema) Look(string path, TimeSpan maxWait)
    {
        SqliteLibrary.Load();
        var builder = new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = SqliteOpenMode.ReadWrite,
            Pooling = false,
            DefaultTimeout = (int)maxWait.TotalSeconds,
        };
        using var connection = new SqliteConnection(builder.ConnectionString);
        using var database = new SqliteDatabase(path, connection);
        return database.Try(() =>
        {
            connection.Open();
            return (connection.ServerVersion, SqliteSchema.Version(connection, null));
        });
    }

    public IDisposable? EnterMessage(byte[] messageKey)
    {
        var path = _path + ".lock";
        try
        {
            return MessageLock.TryEnter(path, messageKey);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw SqliteTrouble.Translate(exception, path);
        }
    }

    public T InTransaction<T>(Func<IDbTransaction, T> work) => Try(() =>
    {
        // Immediate: the write lock comes first, so that nothing read here can change before it is written.
        using var transaction = _connection.BeginTransaction(deferred: false);
        var result = work(transaction);
        transaction.Commit();
        return result;
    });

    // Nothing is run again: SQLite itself waits for other processes' locks, up to busy_timeout.
    public T Try<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception exception) when (exception is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw SqliteTrouble.Translate(exception, _path);
        }
    }

    public void Dispose() => _connection.Dispose();

    /// <summary>An empty file for SQLite to fill: it would make one that everybody may read.</summary>
    private static void MakeFile(string path)
    {
        if (File.Exists(path))
            return;
        if (Path.GetDirectoryName(path) is { Length: > 0 } folder)
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite,
        }).Dispose();
    }
}
