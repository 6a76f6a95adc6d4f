using System.Runtime.InteropServices;
using System.Text;

namespace MailResponder.Incoming;

/// <summary>The names of this host, for which its Postfix takes mail as its own whatever the settings say.</summary>
internal static partial class HostName
{
    /// <summary>HOST_NAME_MAX of Linux is 64, without the final zero.</summary>
    private const int MaxBytes = 65;

    /// <summary>As gethostname(2) has it; empty when it is not known. It need not be fully qualified.</summary>
    public static string Current()
    {
        Span<byte> name = stackalloc byte[MaxBytes];
        if (GetHostName(name, MaxBytes) != 0)
            return "";
        var end = name.IndexOf((byte)0);
        return Encoding.Latin1.GetString(end < 0 ? name : name[..end]);
    }

    /// <summary>
    /// Whether the domain is the host's name or below it, or one of the names that every host has: localhost (RFC 6761,
    /// section 6.3), and localhost.$mydomain and *.localdomain of Postfix's defaults (postconf(5), mydestination,
    /// mydomain).
    /// </summary>
    /// <param name="domain">Normalised.</param>
    /// <param name="hostName">As <see cref="Current"/> has it.</param>
    public static bool Covers(string domain, string hostName) =>
        domain.StartsWith("localhost.", StringComparison.Ordinal)
        || MailDomain.IsWithin(domain, ["localhost", "localdomain"])
        || (MailDomain.TryNormalize(hostName, out var name) && MailDomain.IsWithin(domain, [name]));

    [LibraryImport("libc.so.6", EntryPoint = "gethostname")]
    private static partial int GetHostName(Span<byte> name, nint size);
}
