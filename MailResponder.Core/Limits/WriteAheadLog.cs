using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MailResponder.Limits;

/// <summary>The file into which SQLite writes what is committed (sqlite.org/wal.html).</summary>
internal sealed partial class WriteAheadLog : IDisposable
{
    private readonly SafeFileHandle _file;

    private WriteAheadLog(SafeFileHandle file) => _file = file;

    /// <param name="database">The path of a database that is open.</param>
    public static WriteAheadLog Of(string database) =>
        new(File.OpenHandle(database + "-wal", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete));

    /// <summary>Returns when all that was committed before is on the disk.</summary>
    /// <exception cref="IOException">The disk does not take it.</exception>
    public void Flush()
    {
        if (Synchronize(_file) != 0)
            throw new IOException("fdatasync", Marshal.GetLastPInvokeError());
    }

    public void Dispose() => _file.Dispose();

    [LibraryImport("libc.so.6", EntryPoint = "fdatasync", SetLastError = true)]
    private static partial int Synchronize(SafeFileHandle file);
}
