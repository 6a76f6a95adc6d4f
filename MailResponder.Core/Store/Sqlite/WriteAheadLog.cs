using MailResponder.Native;
using Microsoft.Win32.SafeHandles;

namespace MailResponder.Store.Sqlite;

/// <summary>The file into which SQLite writes what is committed (sqlite.org/wal.html).</summary>
internal sealed class WriteAheadLog : IDisposable
{
    private readonly SafeFileHandle _file;

    private WriteAheadLog(SafeFileHandle file) => _file = file;

    /// <param name="database">The path of a database that is open.</param>
    public static WriteAheadLog Of(string database) =>
        new(File.OpenHandle(database + "-wal", FileMode.Open, FileAccess.ReadWrite,
            FileShare.ReadWrite | FileShare.Delete));

    /// <summary>Returns when all that was committed before is on the disk.</summary>
    /// <exception cref="IOException">The disk does not take it.</exception>
    public void Flush() => FileSystem.FlushData(_file);

    public void Dispose() => _file.Dispose();
}
