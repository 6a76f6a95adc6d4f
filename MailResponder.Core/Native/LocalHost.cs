using System.Runtime.InteropServices;
using System.Text;

namespace MailResponder.Native;

/// <summary>The host on which the program runs.</summary>
internal static partial class LocalHost
{
    /// <summary>Space for a host name: HOST_NAME_MAX of Linux is 64, without the terminating zero.</summary>
    private const int MaxBytes = 65;

    /// <summary>
    /// Returns the name that gethostname(2) reports; empty if unknown. It need not be fully qualified. .NET's own
    /// property cuts the name off at the first dot.
    /// </summary>
    public static string Name()
    {
        Span<byte> name = stackalloc byte[MaxBytes];
        if (gethostname(name, MaxBytes) != 0)
            return "";
        var end = name.IndexOf((byte)0);
        return Encoding.Latin1.GetString(end < 0 ? name : name[..end]);
    }

    [LibraryImport("libc.so.6")]
    private static partial int gethostname(Span<byte> name, nint size);
}
