using System.Runtime.InteropServices;
using System.Text;

namespace MailResponder.Native;

/// <summary>The host that the program runs on.</summary>
internal static partial class LocalHost
{
    /// <summary>HOST_NAME_MAX of Linux is 64, without the final zero.</summary>
    private const int MaxBytes = 65;

    /// <summary>
    /// As gethostname(2) has it; empty when it is not known. It need not be fully qualified. .NET's own cuts it off at
    /// the first dot.
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
