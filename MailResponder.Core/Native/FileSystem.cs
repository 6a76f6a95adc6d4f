using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MailResponder.Native;

/// <summary>File operations that .NET's classes do not offer.</summary>
internal static partial class FileSystem
{
    private const int FileExists = 17, NotSupported = 22;
    private const int CloseOnExec = 0x80000;
    private const int WorkingFolder = -100, OfEffectiveUser = 0x200;
    private const int Execute = 1, Write = 2, Read = 4;

    /// <summary>An owner or group that stays unchanged (chown(2)).</summary>
    public const uint AsItIs = uint.MaxValue;

    /// <summary>
    /// Whether the effective user of the process may read the path, according to the kernel (faccessat(2)).
    /// </summary>
    public static bool MayRead(string path) => May(path, Read);

    /// <summary>Whether the effective user may read and write the file.</summary>
    public static bool MayChange(string file) => May(file, Read | Write);

    public static bool MayRun(string file) => May(file, Execute);

    /// <summary>Whether the effective user may create files in the folder.</summary>
    public static bool MayWriteInto(string folder) => May(folder, Write | Execute);

    /// <summary>Gives the file another name, and never replaces an existing file (link(2)).</summary>
    /// <returns>False if the name is taken.</returns>
    /// <exception cref="IOException">The link cannot be made.</exception>
    public static bool TryLink(string existing, string name)
    {
        if (link(existing, name) == 0)
            return true;
        return Marshal.GetLastPInvokeError() is var error && error == FileExists ? false
            : throw new IOException("link", error);
    }

    /// <summary>Changes the owner and group of a file. Does not follow a symbolic link (lchown(2)).</summary>
    /// <exception cref="IOException">The user may not change them.</exception>
    public static void ChangeOwner(string path, uint owner, uint group) => Check(lchown(path, owner, group), "chown");

    /// <summary>Returns when the file's data and length are on the disk (fdatasync(2)).</summary>
    /// <exception cref="IOException">The disk is full or fails.</exception>
    public static void FlushData(SafeFileHandle file) => Check(fdatasync(file), "fdatasync");

    /// <summary>Returns when the file's name is on the disk: it belongs to the folder (fsync(2)).</summary>
    /// <exception cref="IOException">The folder cannot be read, or the disk is full or fails.</exception>
    public static void FlushName(string file)
    {
        using var opened = open(Path.GetDirectoryName(Path.GetFullPath(file))!, CloseOnExec);
        if (opened.IsInvalid)
            throw new IOException("open", Marshal.GetLastPInvokeError());
        // Some file systems of networks cannot flush a folder.
        Check(fsync(opened) == 0 || Marshal.GetLastPInvokeError() == NotSupported ? 0 : -1, "fsync");
    }

    /// <summary>
    /// Returns the path with all symbolic links resolved (realpath(3)). Null if it does not lead to a file.
    /// </summary>
    public static string? RealPath(string path) => realpath(path, resolved: 0);

    private static bool May(string path, int rights) => faccessat(WorkingFolder, path, rights, OfEffectiveUser) == 0;

    private static void Check(int result, string call)
    {
        if (result != 0)
            throw new IOException(call, Marshal.GetLastPInvokeError());
    }

    [LibraryImport("libc.so.6", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int faccessat(int folder, string path, int rights, int flags);

    [LibraryImport("libc.so.6", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int link(string existing, string name);

    [LibraryImport("libc.so.6", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int lchown(string path, uint owner, uint group);

    [LibraryImport("libc.so.6", SetLastError = true)]
    private static partial int fdatasync(SafeFileHandle file);

    [LibraryImport("libc.so.6", StringMarshalling = StringMarshalling.Utf8)]
    private static partial string? realpath(string path, nint resolved);

    [LibraryImport("libc.so.6", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial SafeFileHandle open(string path, int flags);

    [LibraryImport("libc.so.6", SetLastError = true)]
    private static partial int fsync(SafeFileHandle file);
}
