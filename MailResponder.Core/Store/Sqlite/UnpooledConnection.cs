using System.Data;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace MailResponder.Store.Sqlite;

/// <summary>A connection that SQLite's own function opens.</summary>
/// <remarks>
/// Microsoft.Data.Sqlite opens every connection through its pool, also one that is not pooled, and the pool begins with
/// a timer: .NET starts a thread, and waits until it runs. The commands of a connection ask for nothing but what is
/// overridden here.
/// </remarks>
internal sealed class UnpooledConnection : SqliteConnection
{
    private sqlite3? _handle;

    private UnpooledConnection(string file, int flags, TimeSpan maxWait)
    {
        // An upper bound: SQLite's busy_timeout ends the wait first. 0 would mean no limit.
        DefaultTimeout = Math.Max(1, (int)maxWait.TotalSeconds);
        var result = raw.sqlite3_open_v2(file, out _handle, flags, null);
        try
        {
            SqliteException.ThrowExceptionForRC(result, _handle);
            // SQLite looks for the lock every few milliseconds, a command every 150.
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

    /// <param name="file">A path, or a URI with SQLITE_OPEN_URI.</param>
    /// <param name="flags">SQLITE_OPEN_… (sqlite.org/c3ref/open.html).</param>
    /// <param name="maxWait">For the locks of other processes.</param>
    /// <exception cref="SqliteException">It cannot be opened.</exception>
    /// <exception cref="ResponderException">The host has no SQLite.</exception>
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
