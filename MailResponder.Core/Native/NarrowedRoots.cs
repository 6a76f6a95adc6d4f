using System.Runtime.InteropServices;

namespace MailResponder.Native;

/// <summary>
/// Keeps .NET's TLS from reading all certificates that the host trusts. It would do so before the first connection of
/// each process, at several times the cost of a message.
/// </summary>
/// <remarks>
/// .NET asks getenv(3) for the places at its first connection only, and remembers what it found. Whether a server is
/// trusted does not depend on it: <c>TlsTrust</c> decides.
/// </remarks>
internal static partial class NarrowedRoots
{
    /// <summary>A file without certificates.</summary>
    public const string Nothing = "/dev/null";

    /// <param name="file">The certificates that .NET sees in place of the host's.</param>
    public static void Set(string file)
    {
        _ = SetVariable("SSL_CERT_FILE", file, 1);
        _ = SetVariable("SSL_CERT_DIR", Nothing, 1);
    }

    // setenv(3)
    [LibraryImport("libc.so.6", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
