using System.Globalization;
using MailResponder.Store;
using MailResponder.Store.Sqlite;
using Microsoft.Data.Sqlite;

namespace MailResponder.PostfixLog;

/// <summary>The SQLite file of what Postfix's log told. See <see cref="PostfixLogSchema"/> for the tables.</summary>
/// <remarks>
/// journal_mode=DELETE: a reader without the right to write needs it.
/// </remarks>
internal sealed class PostfixLogDatabase : IDisposable
{
    private const int MaxWaitSeconds = 20;
    private readonly SqliteConnection _connection;
    private readonly Dictionary<string, SqliteCommand> _commands = [];
    private readonly string _file;
    private SqliteTransaction? _transaction;

    private PostfixLogDatabase(string file, SqliteConnection connection)
    {
        _file = file;
        _connection = connection;
    }

    public static bool IsDamage(ResponderException exception) =>
        exception.InnerException is SqliteException { SqliteErrorCode: 11 or 26 };

    /// <summary>Gives a damaged file the ending ".damaged". Only statistics are lost with it.</summary>
    public static void PutAside(string file)
    {
        File.Move(file, file + ".damaged", overwrite: true);
        File.Delete(file + "-journal");
    }

    /// <summary>Counts the mails that arrived in a span.</summary>
    /// <param name="file">The database.</param>
    /// <param name="since">The span's begin.</param>
    /// <param name="until">The first moment after the span.</param>
    /// <param name="threshold">Providers with fewer replies are counted together.</param>
    /// <returns>Null when there is no file.</returns>
    /// <exception cref="ResponderException">The file cannot be read.</exception>
    public static PostfixLogSummary? Summarise(
        string file, DateTimeOffset since, DateTimeOffset until, int threshold)
    {
        if (!File.Exists(file))
            return null;
        using var database = new PostfixLogDatabase(file, Connect(file, SqliteOpenMode.ReadOnly));
        return database.Try(() =>
        {
            database._connection.Open();
            database.CheckVersion();
            // One state of the database for all the counts.
            database.Begin(deferred: true);
            return new PostfixLogReport(database, since, until, threshold).Summary();
        });
    }

    /// <summary>Starts a transaction unless one is open.</summary>
    public void Begin(bool deferred = false)
    {
        if (_transaction is not null)
            return;
        _transaction = _connection.BeginTransaction(deferred);
        foreach (var command in _commands.Values)
            command.Transaction = _transaction;
    }

    public void Commit()
    {
        _transaction?.Commit();
        End();
    }

    /// <returns>The number of rows changed.</returns>
    public int Run(string sql, params ReadOnlySpan<object?> values) => Prepared(sql, values).ExecuteNonQuery();

    /// <returns>The first value of the first row; null when there is none or it is NULL.</returns>
    public long? Number(string sql, params ReadOnlySpan<object?> values) =>
        Prepared(sql, values).ExecuteScalar() is long number ? number : null;

    /// <returns>As <see cref="Number"/>.</returns>
    public string? Text(string sql, params ReadOnlySpan<object?> values) =>
        Prepared(sql, values).ExecuteScalar() as string;

    public IReadOnlyList<T> Rows<T>(string sql, Func<SqliteDataReader, T> read, params object?[] values)
    {
        using var reader = Prepared(sql, values).ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
            rows.Add(read(reader));
        return rows;
    }

    /// <summary>Each row's whole numbers, NULL as null, in one array that the next row overwrites.</summary>
    public IEnumerable<long?[]> Rows(string sql, params object?[] values)
    {
        using var reader = Prepared(sql, values).ExecuteReader();
        var row = new long?[reader.FieldCount];
        while (reader.Read())
        {
            for (var i = 0; i < row.Length; i++)
                row[i] = reader.IsDBNull(i) ? null : reader.GetInt64(i);
            yield return row;
        }
    }

    /// <exception cref="ResponderException">What went wrong with the file, in the operator's words.</exception>
    public T Try<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception exception) when (exception is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw SqliteTrouble.Translate(exception, _file);
        }
    }

    public void Dispose()
    {
        foreach (var command in _commands.Values)
            command.Dispose();
        _transaction?.Dispose();
        _connection.Dispose();
    }

    /// <summary>Opens it for writing, with folder and tables made where they are missing.</summary>
    /// <exception cref="ResponderException">It cannot be written, is damaged, or a newer responder made it.</exception>
    public static PostfixLogDatabase Open(string file)
    {
        var database = new PostfixLogDatabase(file, Connect(file, SqliteOpenMode.ReadWriteCreate));
        try
        {
            return database.Try(() =>
            {
                MakeFile(file);
                database._connection.Open();
                database.Run("PRAGMA journal_mode = DELETE");
                database.Run("PRAGMA foreign_keys = ON");
                database.Begin();
                if (database.Number("PRAGMA user_version") == 0)
                {
                    database.Run(PostfixLogSchema.Tables);
                    database.Run(string.Create(CultureInfo.InvariantCulture,
                        $"PRAGMA user_version = {PostfixLogSchema.Version}"));
                }

                database.CheckVersion();
                database.Commit();
                return database;
            });
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    private static SqliteConnection Connect(string file, SqliteOpenMode mode)
    {
        SqliteLibrary.Load();
        var builder = new SqliteConnectionStringBuilder
        {
            DataSource = file,
            Mode = mode,
            Pooling = false,
            DefaultTimeout = MaxWaitSeconds,
        };
        return new SqliteConnection(builder.ConnectionString);
    }

    private void CheckVersion()
    {
        var version = Number("PRAGMA user_version");
        if (version > PostfixLogSchema.Version)
        {
            throw new ResponderException(Cause.Database, $"database {_file} was made by a newer responder " +
                $"(schema {version}, this one knows {PostfixLogSchema.Version}); install the newer one again");
        }

        if (version == 0)
            throw new ResponderException(Cause.Database,
                $"database {_file} is empty; `responder postfix-log` has not begun it yet");
    }

    private void End()
    {
        _transaction?.Dispose();
        _transaction = null;
        foreach (var command in _commands.Values)
            command.Transaction = null;
    }

    private SqliteCommand Prepared(string sql, ReadOnlySpan<object?> values)
    {
        if (!_commands.TryGetValue(sql, out var command))
        {
            _commands.Add(sql, command = _connection.CreateCommand());
            command.CommandText = sql;
            command.Transaction = _transaction;
        }

        for (var i = 0; i < values.Length; i++)
        {
            if (command.Parameters.Count == i)
                command.Parameters.Add(
                    new SqliteParameter { ParameterName = string.Create(CultureInfo.InvariantCulture, $"?{i + 1}") });
            command.Parameters[i].Value = values[i] ?? DBNull.Value;
        }

        return command;
    }

    /// <summary>Makes an empty file for SQLite to fill. SQLite itself would make one that everybody may read.</summary>
    private static void MakeFile(string file)
    {
        if (File.Exists(file))
            return;
        if (Path.GetDirectoryName(file) is { Length: > 0 } folder)
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
                | UnixFileMode.GroupRead | UnixFileMode.GroupExecute);
        }

        new FileStream(file, new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead,
        }).Dispose();
    }
}
