using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MailResponder.Native;

/// <summary>What .NET's classes for files do not offer.</summary>
internal static partial class FileSystem
{
    private const int FileExists = 17;
    private const int WorkingFolder = -100, OfEffectiveUser = 0x200;
    private const int Execute = 1, Write = 2, Read = 4;

    /// <summary>An owner or a group that stays as it is (chown(2)).</summary>
    public const uint AsItIs = uint.MaxValue;

    /// <summary>Whether the user as whom this acts may read the path, as the kernel sees it (faccessat(2)).</summary>
    public static bool MayRead(string path) => May(path, Read);

    /// <summary>Whether it may read and write the file.</summary>
    public static bool MayChange(string file) => May(file, Read | Write);

    public static bool MayRun(string file) => May(file, Execute);

    /// <summary>Whether it may make files in the folder.</summary>
    public static bool MayWriteInto(string folder) => May(folder, Write | Execute);

    /// <summary>Gives the file a further name, and never replaces another file (link(2)).</summary>
    /// <returns>False when the name is taken.</returns>
    /// <exception cref="IOException">It cannot be had.</exception>
    public static bool TryLink(string existing, string name)
    {
        if (link(existing, name) == 0)
            return true;
        return Marshal.GetLastPInvokeError() is var error && error == FileExists ? false
            : throw new IOException("link", error);
    }

    /// <summary>Gives the file away; a link is not followed (lchown(2)).</summary>
    /// <exception cref="IOException">The user may not.</exception>
    public static void ChangeOwner(string path, uint owner, uint group) => Check(lchown(path, owner, group), "chown");

    /// <summary>Returns when what was written to the file is on the disk, and its length (fdatasync(2)).</summary>
    /// <exception cref="IOException">The disk does not take it.</exception>
    public static void FlushData(SafeFileHandle file) => Check(fdatasync(file), "fdatasync");

    /// <summary>Returns when everything is on the disk, names too (sync(2)).</summary>
    public static void FlushAll() => sync();

    /// <summary>The path without any link in it (realpath(3)); null when it cannot be followed to a file.</summary>
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

    [LibraryImport("libc.so.6")]
    private static partial void sync();
}
