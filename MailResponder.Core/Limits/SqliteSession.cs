using System.Diagnostics;
using System.Globalization;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace MailResponder.Limits;

/// <summary>A SQLite file that is open, by SQLite's own functions.</summary>
/// <remarks>
/// Microsoft.Data.Sqlite has a timer thread for a pool, used or not, and looks things up by reflection before its first
/// statement: more work than all statements of a message. The exceptions are its own.
/// </remarks>
internal sealed class SqliteSession : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private readonly sqlite3 _file;
    private readonly TimeSpan _maxWait;

    private SqliteSession(sqlite3 file, TimeSpan maxWait)
    {
        _file = file;
        _maxWait = maxWait;
    }

    /// <summary>Opens a file that exists.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maxWait">How long each statement may wait for other processes' locks.</param>
    /// <exception cref="SqliteException">It cannot be opened. What is in it is not looked at yet.</exception>
    public static SqliteSession Open(string path, TimeSpan maxWait)
    {
        SqliteLibrary.Load();
        var result = raw.sqlite3_open_v2(path, out var file, raw.SQLITE_OPEN_READWRITE, null);
        var session = new SqliteSession(file, maxWait);
        try
        {
            session.Check(result);
            session.Check(raw.sqlite3_busy_timeout(file, (int)maxWait.TotalMilliseconds));
            return session;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Rows changed since the session began.</summary>
    public int Changes => raw.sqlite3_total_changes(_file);

    /// <summary>From now on nothing is copied out of the write-ahead log until it has so many pages, then all that can be.</summary>
    public void KeepWriteAheadLog(int pages)
    {
        const int noCheckpointOnClose = 1006; // SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE
        Check(raw.sqlite3_db_config(_file, noCheckpointOnClose, 1, out _));
        Check(raw.sqlite3_wal_autocheckpoint(_file, pages));
    }

    /// <summary>Runs one statement with named values: byte arrays and whole numbers.</summary>
    /// <returns>How many rows the last statement that changes rows changed.</returns>
    /// <exception cref="SqliteException">It failed, and did nothing.</exception>
    public int Execute(string sql, params ReadOnlySpan<(string Name, object Value)> values)
    {
        using var statement = Prepare(sql, values);
        while (Step(statement))
        {
            // What a PRAGMA answers is not wanted.
        }

        return raw.sqlite3_changes(_file);
    }

    /// <summary>All rows that one statement finds: a long, byte[], string or null for each column.</summary>
    /// <inheritdoc cref="Execute"/>
    public List<object?[]> Rows(string sql, params ReadOnlySpan<(string Name, object Value)> values)
    {
        using var statement = Prepare(sql, values);
        var rows = new List<object?[]>();
        while (Step(statement))
        {
            var row = new object?[raw.sqlite3_column_count(statement)];
            for (var column = 0; column < row.Length; column++)
                row[column] = Column(statement, column);
            rows.Add(row);
        }

        return rows;
    }

    /// <summary>Runs statements that have no values, one after the other.</summary>
    /// <exception cref="SqliteException">One failed.</exception>
    public void Script(string sql) => Check(raw.sqlite3_exec(_file, sql));

    /// <summary>Runs the work in one transaction.</summary>
    /// <exception cref="SqliteException">Something failed, and nothing was changed.</exception>
    public void InTransaction(Action work)
    {
        // Immediate: the write lock comes first, so that nothing read here can change before it is written.
        Execute("BEGIN IMMEDIATE");
        try
        {
            work();
            Execute("COMMIT");
        }
        catch
        {
            // An error may have ended it already.
            if (raw.sqlite3_get_autocommit(_file) == 0)
                _ = raw.sqlite3_exec(_file, "ROLLBACK");
            throw;
        }
    }

    public void Dispose() => _file.Dispose();

    private sqlite3_stmt Prepare(string sql, ReadOnlySpan<(string Name, object Value)> values)
    {
        Check(raw.sqlite3_prepare_v2(_file, sql, out var statement));
        try
        {
            foreach (var (name, value) in values)
                Check(Bind(statement, raw.sqlite3_bind_parameter_index(statement, "@" + name), value));
            return statement;
        }
        catch
        {
            statement.Dispose();
            throw;
        }
    }

    private static int Bind(sqlite3_stmt statement, int index, object value) => value switch
    {
        // An empty array is no NULL.
        byte[] { Length: 0 } => raw.sqlite3_bind_zeroblob(statement, index, 0),
        byte[] bytes => raw.sqlite3_bind_blob(statement, index, bytes),
        _ => raw.sqlite3_bind_int64(statement, index, Convert.ToInt64(value, CultureInfo.InvariantCulture)),
    };

    /// <returns>Whether there is a row.</returns>
    private bool Step(sqlite3_stmt statement)
    {
        var start = Stopwatch.GetTimestamp();
        while (true)
        {
            var result = raw.sqlite3_step(statement);
            if (result is raw.SQLITE_ROW or raw.SQLITE_DONE)
                return result == raw.SQLITE_ROW;
            // SQLite itself waits, but for those who would wait for each other.
            if (result != raw.SQLITE_BUSY || Stopwatch.GetElapsedTime(start) >= _maxWait)
                Check(result);
            _ = raw.sqlite3_reset(statement);
            Thread.Sleep(Pause);
        }
    }

    private static object? Column(sqlite3_stmt statement, int column) => raw.sqlite3_column_type(statement, column) switch
    {
        raw.SQLITE_INTEGER => raw.sqlite3_column_int64(statement, column),
        raw.SQLITE_BLOB => raw.sqlite3_column_blob(statement, column).ToArray(),
        raw.SQLITE_NULL => null,
        _ => raw.sqlite3_column_text(statement, column).utf8_to_string(),
    };

    private void Check(int result)
    {
        if (result != raw.SQLITE_OK)
            throw new SqliteException(raw.sqlite3_errmsg(_file).utf8_to_string(), result & 0xff, raw.sqlite3_extended_errcode(_file));
    }
}
