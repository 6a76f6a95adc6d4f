using MailResponder.Files;
using Microsoft.Data.Sqlite;

namespace MailResponder.Store.Sqlite;

/// <summary>
/// Describes SQLite's result codes (sqlite.org/rescode.html) for the operator. Each of them defers the message.
/// </summary>
internal static class SqliteTrouble
{
    /// <summary>The least size of the file -shm (sqlite.org/walformat.html).</summary>
    private const int BytesOfIndex = 32 << 10;

    public static ResponderException Translate(Exception exception, string path)
    {
        var problem = exception is SqliteException sqlite ? Describe(sqlite, path) : FileTrouble.Describe(exception);
        return new ResponderException(Cause.Database, $"database {path}: {problem}", exception);
    }

    private static string Describe(SqliteException exception, string path) => exception.SqliteErrorCode switch
    {
        3 or 23 => $"the user {RunningUser.Name} may not use the file; check its owner and mode",
        5 or 6 => "has been locked by another process for too long; find that process with: fuser",
        7 => "there is no memory left",
        8 => $"is read-only for the user {RunningUser.Name}; check owner and mode of the file and of its folder",
        10 => "input/output error; check the disk, and whether it is full",
        11 or 26 => "is damaged or not a database; move it away (quotas and lists are lost) or restore a backup",
        13 => "the disk is full",
        14 when NoNewFile(path) is { } problem => problem,
        14 => $"cannot be opened by the user {RunningUser.Name}; check owner and mode of the file and of its folder",
        _ => $"SQLite error {exception.SqliteErrorCode}/{exception.SqliteExtendedErrorCode}",
    };

    /// <summary>
    /// Makes a file next to the database to learn why SQLite could not: it does not report the reason. Perhaps no file
    /// descriptor, space or inode is left. Null if it can be made, or the user may not.
    /// </summary>
    private static string? NoNewFile(string path)
    {
        try
        {
            path = File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
            File.Delete(AtomicFile.Prepare(
                path, RegularFile.OwnerOnly, stream => stream.Write(new byte[BytesOfIndex])));
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
        catch (IOException exception)
        {
            return FileTrouble.Describe(exception);
        }
    }
}
