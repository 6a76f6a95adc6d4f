using MailResponder.Files;
using MailResponder.Store.Sqlite;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace MailResponder.PostfixLog;

/// <summary>
/// The SQLite file with the facts from Postfix's log and from reports about replies. <see cref="PostfixLogSchema"/> has
/// its tables.
/// </summary>
/// <remarks>
/// The journal mode is DELETE: with WAL, a user who may only read the file could not open it.
/// </remarks>
/// <param name="path">The file, which must exist.</param>
/// <param name="flags">The flags of SQLite, as for <see cref="UnpooledConnection.To"/>.</param>
internal sealed class PostfixLogDatabase(string path, int flags) : IDisposable
{
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(20);

    private readonly UnpooledConnection _connection = UnpooledConnection.To(path, flags, MaxWait);

    private readonly Dictionary<string, SqliteCommand> _commands = [];

    /// <summary>Returns the figures for the mails that arrived in a span of time.</summary>
    /// <param name="file">The database file.</param>
    /// <param name="since">The beginning of the span.</param>
    /// <param name="until">The first moment after the span.</param>
    /// <param name="threshold">Providers with fewer replies than this are merged.</param>
    /// <returns>Null if the file does not exist.</returns>
    /// <exception cref="ResponderException">The file cannot be read.</exception>
    public static PostfixLogSummary? Summarise(
        string file, DateTimeOffset since, DateTimeOffset until, int threshold) =>
        Look(file, database => new PostfixLogReport(database, since, until, threshold).Summary());

    /// <summary>Returns the outcomes of replies alone, at less than half the cost of all figures.</summary>
    /// <inheritdoc cref="Summarise"/>
    public static IReadOnlyList<ProviderOutcomes>? CountOutcomes(
        string file, DateTimeOffset since, DateTimeOffset until, int threshold) =>
        Look(file, database => new PostfixLogReport(database, since, until, threshold).Outcomes());

    /// <summary>
    /// Opens the database for writing. Creates its folder, file and tables if they are missing. The caller disposes it.
    /// </summary>
    /// <exception cref="ResponderException">
    /// The database cannot be written, is damaged, or was made by a newer responder.
    /// </exception>
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

    /// <summary>Does the work in one transaction. If anything fails, nothing is stored.</summary>
    /// <exception cref="ResponderException">
    /// The file cannot be used. The message describes the failure for the operator.
    /// </exception>
    public void Write(Action work) => SqliteDatabase.InWords(path, () =>
    {
        Run("BEGIN IMMEDIATE");
        work();
        return Run("COMMIT");
    });

    public int Run(string sql, params ReadOnlySpan<object?> values) => Prepared(sql, values).ExecuteNonQuery();

    /// <returns>The first value of the first row; null if there is no row or the value is NULL.</returns>
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

    private static T? Look<T>(string file, Func<PostfixLogDatabase, T> read) where T : class =>
        !File.Exists(file) ? null : SqliteDatabase.InWords(file, () =>
        {
            using var database = new PostfixLogDatabase(file, raw.SQLITE_OPEN_READONLY);
            database.CheckVersion();
            // In one transaction, all counts are of the same state of the database.
            database.Run("BEGIN");
            return read(database);
        });

    private void CheckVersion()
    {
        var version = Number("PRAGMA user_version");
        if (version is > 0 and <= PostfixLogSchema.Version)
            return;
        throw new ResponderException(Cause.Database, version == 0
            ? $"database {path} is empty; `responder postfix-log` has not written to it yet"
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
