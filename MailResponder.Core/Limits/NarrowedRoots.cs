using System.Runtime.InteropServices;

namespace MailResponder.Limits;

/// <summary>
/// Lets .NET's TLS see the certificates of one file in place of all that the host trusts, which it would read before
/// each first connection of a process: several times the cost of a message.
/// </summary>
/// <remarks>
/// .NET asks getenv(3) for the places, at its first connection only, and remembers them. OpenSSL asks for them each time,
/// so they are put back for the connection to Amazon SES. What .NET sees decides nothing: see <see cref="MySqlTrust"/>.
/// </remarks>
internal sealed partial class NarrowedRoots : IDisposable
{
    private const string File = "SSL_CERT_FILE", Folder = "SSL_CERT_DIR";
    private readonly string? _file = Environment.GetEnvironmentVariable(File);
    private readonly string? _folder = Environment.GetEnvironmentVariable(Folder);

    public NarrowedRoots(string file)
    {
        Put(File, file);
        Put(Folder, "/nonexistent");
    }

    public void Dispose()
    {
        Put(File, _file);
        Put(Folder, _folder);
    }

    private static void Put(string name, string? value) => _ = value is null ? Remove(name) : Set(name, value, 1);

    [LibraryImport("libc.so.6", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Set(string name, string value, int overwrite);

    [LibraryImport("libc.so.6", EntryPoint = "unsetenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Remove(string name);
}
