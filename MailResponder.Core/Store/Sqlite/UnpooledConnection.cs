using System.Data;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace MailResponder.Store.Sqlite;

/// <summary>A connection opened directly with SQLite's own function.</summary>
/// <remarks>
/// Microsoft.Data.Sqlite opens every connection through its pool, even one that is not pooled. The pool starts a timer,
/// for which .NET starts a thread and waits until it runs. The commands of a connection use only the members overridden
/// here.
/// </remarks>
internal sealed class UnpooledConnection : SqliteConnection
{
    private sqlite3? _handle;

    private UnpooledConnection(string file, int flags, TimeSpan maxWait)
    {
        // This is only an upper bound: SQLite's busy_timeout ends the wait first. 0 would mean no limit.
        DefaultTimeout = Math.Max(1, (int)maxWait.TotalSeconds);
        var result = raw.sqlite3_open_v2(file, out _handle, flags, null);
        try
        {
            SqliteException.ThrowExceptionForRC(result, _handle);
            // With busy_timeout, SQLite polls for the lock every few milliseconds. A command polls every 150 ms.
            _ = raw.sqlite3_busy_timeout(_handle, (int)maxWait.TotalMilliseconds);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    [AllowNull]
    public override string ConnectionString { get; set; }

    public override sqlite3? Handle => _handle;

    public override ConnectionState State => _handle is null ? ConnectionState.Closed : ConnectionState.Open;

    /// <summary>Opens a connection.</summary>
    /// <param name="file">The path of the file, or with SQLITE_OPEN_URI a URI.</param>
    /// <param name="flags">The flags SQLITE_OPEN_… (sqlite.org/c3ref/open.html).</param>
    /// <param name="maxWait">How long a statement waits for locks of other processes.</param>
    /// <exception cref="SqliteException">The file cannot be opened.</exception>
    /// <exception cref="ResponderException">The host has no SQLite library.</exception>
    public static UnpooledConnection To(string file, int flags, TimeSpan maxWait)
    {
        SqliteLibrary.Load();
        return new UnpooledConnection(file, flags, maxWait);
    }

    public override void Close()
    {
        _handle?.Dispose();
        _handle = null;
    }
}
