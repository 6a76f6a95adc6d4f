using System.Globalization;
using MailResponder.Store;
using MailResponder.Store.Sqlite;
using Microsoft.Data.Sqlite;

namespace MailResponder.PostfixLog;

/// <summary>The SQLite file of what Postfix's log told. See <see cref="PostfixLogSchema"/> for the tables.</summary>
/// <remarks>The journal mode is DELETE, because a user who may only read the file could not open it with WAL.</remarks>
internal sealed class PostfixLogDatabase : IDisposable
{
    private const int MaxWaitSeconds = 20;
    private readonly SqliteConnection _connection;
    private readonly Dictionary<string, SqliteCommand> _commands = [];
    private readonly string _file;

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
        PostfixLogSummary? summary = null;
        database.Try(() =>
        {
            database._connection.Open();
            database.CheckVersion();
            // One state of the database for all the counts.
            database.Run("BEGIN");
            summary = new PostfixLogReport(database, since, until, threshold).Summary();
        });
        return summary;
    }

    /// <summary>Opens it for writing, with folder and tables made where they are missing.</summary>
    /// <exception cref="ResponderException">It cannot be written, is damaged, or a newer responder made it.</exception>
    public static PostfixLogDatabase Open(string file)
    {
        var database = new PostfixLogDatabase(file, Connect(file, SqliteOpenMode.ReadWriteCreate));
        try
        {
            database.Try(() =>
            {
                MakeFile(file);
                database._connection.Open();
                database.Run("PRAGMA journal_mode = DELETE");
                database.Run("PRAGMA foreign_keys = ON");
            });
            database.Write(() =>
            {
                if (database.Number("PRAGMA user_version") == 0)
                {
                    database.Run(PostfixLogSchema.Tables);
                    database.Run(string.Create(CultureInfo.InvariantCulture,
                        $"PRAGMA user_version = {PostfixLogSchema.Version}"));
                }

                database.CheckVersion();
            });
            return database;
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Does all of the work in one transaction: whatever goes wrong, nothing is kept.</summary>
    /// <exception cref="ResponderException">What went wrong with the file, in the operator's words.</exception>
    public void Write(Action work) => Try(() =>
    {
        Run("BEGIN IMMEDIATE");
        work();
        Run("COMMIT");
    });

    public void Run(string sql, params ReadOnlySpan<object?> values) => Prepared(sql, values).ExecuteNonQuery();

    /// <returns>The first value of the first row; null when there is none or it is NULL.</returns>
    public long? Number(string sql, params ReadOnlySpan<object?> values) =>
        Prepared(sql, values).ExecuteScalar() is long number ? number : null;

    public List<T> Rows<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<object?> values)
    {
        using var reader = Prepared(sql, values).ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
            rows.Add(read(reader));
        return rows;
    }

    public void Dispose()
    {
        foreach (var command in _commands.Values)
            command.Dispose();
        _connection.Dispose();
    }

    private void Try(Action work)
    {
        try
        {
            work();
        }
        catch (Exception exception) when (exception is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw SqliteTrouble.Translate(exception, _file);
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
            throw new ResponderException(Cause.Database, $"database {_file} was made by a newer responder "
                + $"(schema {version}, this one knows {PostfixLogSchema.Version}); install the newer one again");
        }

        if (version == 0)
            throw new ResponderException(Cause.Database,
                $"database {_file} is empty; `responder postfix-log` has not begun it yet");
    }

    private SqliteCommand Prepared(string sql, ReadOnlySpan<object?> values)
    {
        if (!_commands.TryGetValue(sql, out var command))
        {
            _commands.Add(sql, command = _connection.CreateCommand());
            command.CommandText = sql;
        }

        for (var i = 0; i < values.Length; i++)
        {
            if (command.Parameters.Count == i)
            {
                command.Parameters.Add(
                    new SqliteParameter { ParameterName = string.Create(CultureInfo.InvariantCulture, $"?{i + 1}") });
            }

            command.Parameters[i].Value = values[i] ?? DBNull.Value;
        }

        return command;
    }

    /// <summary>Makes an empty file for SQLite to fill. SQLite itself would make one that everybody can read.</summary>
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
