using MailResponder.Files;
using MailResponder.Store.Sqlite;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace MailResponder.PostfixLog;

/// <summary>The SQLite file of what Postfix's log told. See <see cref="PostfixLogSchema"/> for the tables.</summary>
/// <remarks>The journal mode is DELETE, because a user who may only read the file could not open it with WAL.</remarks>
/// <param name="path">The file, which is there.</param>
/// <param name="flags">As <see cref="UnpooledConnection.To"/> has them.</param>
internal sealed class PostfixLogDatabase(string path, int flags) : IDisposable
{
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(20);

    private readonly UnpooledConnection _connection = UnpooledConnection.To(path, flags, MaxWait);

    private readonly Dictionary<string, SqliteCommand> _commands = [];

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
        string file, DateTimeOffset since, DateTimeOffset until, int threshold) =>
        !File.Exists(file) ? null : SqliteDatabase.InWords(file, () =>
        {
            using var database = new PostfixLogDatabase(file, raw.SQLITE_OPEN_READONLY);
            database.CheckVersion();
            // One state of the database for all the counts.
            database.Run("BEGIN");
            return new PostfixLogReport(database, since, until, threshold).Summary();
        });

    /// <summary>Opens it for writing, with folder and tables made where they are missing.</summary>
    /// <exception cref="ResponderException">It cannot be written, is damaged, or a newer responder made it.</exception>
    public static PostfixLogDatabase Open(string file) => SqliteDatabase.InWords(file, () =>
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!, UnixFileMode.UserRead
            | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute);
        SqliteDatabase.MakeFile(file, SecretFile.Mode);
        var database = new PostfixLogDatabase(file, raw.SQLITE_OPEN_READWRITE);
        try
        {
            database.Run("PRAGMA journal_mode = DELETE");
            database.Run("PRAGMA foreign_keys = ON");
            database.Write(() =>
            {
                if (database.Number("PRAGMA user_version") == 0)
                {
                    database.Run(PostfixLogSchema.Tables);
                    database.Run($"PRAGMA user_version = {PostfixLogSchema.Version}");
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
    });

    /// <summary>Does all of the work in one transaction: whatever goes wrong, nothing is kept.</summary>
    /// <exception cref="ResponderException">What went wrong with the file, in the operator's words.</exception>
    public void Write(Action work) => SqliteDatabase.InWords(path, () =>
    {
        Run("BEGIN IMMEDIATE");
        work();
        return Run("COMMIT");
    });

    public int Run(string sql, params ReadOnlySpan<object?> values) => Prepared(sql, values).ExecuteNonQuery();

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

    private void CheckVersion()
    {
        var version = Number("PRAGMA user_version");
        if (version is > 0 and <= PostfixLogSchema.Version)
            return;
        throw new ResponderException(Cause.Database, version == 0
            ? $"database {path} is empty; `responder postfix-log` has not begun it yet"
            : $"database {path} was made by a newer responder (schema {version}, this one knows "
                + $"{PostfixLogSchema.Version}); install the newer one again");
    }

    private SqliteCommand Prepared(string sql, ReadOnlySpan<object?> values)
    {
        if (!_commands.TryGetValue(sql, out var command))
        {
            _commands.Add(sql, command = _connection.CreateCommand());
            command.CommandText = sql;
        }

        command.Parameters.Clear();
        for (var i = 0; i < values.Length; i++)
            command.Parameters.AddWithValue($"?{i + 1}", values[i] ?? DBNull.Value);
        return command;
    }
}
