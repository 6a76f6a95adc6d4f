using System.Runtime.InteropServices;

namespace MailResponder.Settings;

/// <summary>What the user as whom this acts may do with a path, as the kernel sees it (faccessat(2)).</summary>
internal static partial class UserRights
{
    private const int WorkingFolder = -100, OfEffectiveUser = 0x200;
    private const int Execute = 1, Write = 2, Read = 4;

    public static bool MayRead(string path) => May(path, Read);

    /// <summary>Whether it may read and write the file.</summary>
    public static bool MayChange(string file) => May(file, Read | Write);

    public static bool MayRun(string file) => May(file, Execute);

    /// <summary>Whether it may make files in the folder.</summary>
    public static bool MayWriteInto(string folder) => May(folder, Write | Execute);

    private static bool May(string path, int rights) => faccessat(WorkingFolder, path, rights, OfEffectiveUser) == 0;

    [LibraryImport("libc.so.6", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int faccessat(int folder, string path, int rights, int flags);
}
