using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MailResponder.Native;

/// <summary>
/// The status of a file: the kernel's struct statx (statx(2)), the same on every processor architecture.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal partial struct FileStatus
{
    [FieldOffset(20)] public uint Owner;
    [FieldOffset(24)] public uint Group;

    /// <summary>The file type and the permissions (inode(7)).</summary>
    [FieldOffset(28)] public ushort Mode;

    [FieldOffset(32)] public long Inode;
    [FieldOffset(40)] public long Bytes;
    [FieldOffset(96)] public long ChangedSeconds;
    [FieldOffset(104)] public uint ChangedNanoseconds;
    [FieldOffset(112)] public long ModifiedSeconds;
    [FieldOffset(120)] public uint ModifiedNanoseconds;
    [FieldOffset(136)] public uint DeviceMajor;
    [FieldOffset(140)] public uint DeviceMinor;

    private const int AtCurrentFolder = -100, AtNoFollow = 0x100, AtEmptyPath = 0x1000;
    private const uint BasicStats = 0x7ff;

    /// <returns>False if the file does not exist or cannot be reached.</returns>
    public static bool TryRead(string path, out FileStatus found, bool followLink = true) =>
        statx(AtCurrentFolder, path, followLink ? 0 : AtNoFollow, BasicStats, out found) == 0;

    /// <exception cref="IOException">The kernel returns an error.</exception>
    public static FileStatus Of(SafeFileHandle file) => statx(file, "", AtEmptyPath, BasicStats, out var found) == 0
        ? found : throw new IOException("statx", Marshal.GetLastPInvokeError());

    [LibraryImport("libc.so.6", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int statx(int folder, string path, int flags, uint mask, out FileStatus found);

    [LibraryImport("libc.so.6", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int statx(SafeFileHandle folder, string path, int flags, uint mask, out FileStatus found);
}
