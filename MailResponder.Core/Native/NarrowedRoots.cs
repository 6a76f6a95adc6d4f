using System.Runtime.InteropServices;

namespace MailResponder.Native;

/// <summary>
/// Keeps .NET's TLS code from reading all certificates that the host trusts. It would read them before the first
/// connection of each process, at several times the cost of a message.
/// </summary>
/// <remarks>
/// .NET calls getenv(3) for the two variables only at its first connection, and caches the result. The trust in a
/// server does not depend on them: <c>TlsTrust</c> decides.
/// </remarks>
internal static partial class NarrowedRoots
{
    /// <summary>A file without certificates.</summary>
    public const string Nothing = "/dev/null";

    /// <param name="file">The file of certificates that .NET reads instead of the host's.</param>
    public static void Set(string file)
    {
        _ = SetVariable("SSL_CERT_FILE", file, 1);
        _ = SetVariable("SSL_CERT_DIR", Nothing, 1);
    }

    // setenv(3)
    [LibraryImport("libc.so.6", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
