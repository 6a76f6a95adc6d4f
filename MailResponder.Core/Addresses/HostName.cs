using MailResponder.Native;

namespace MailResponder.Addresses;

/// <summary>The names of this host, for which its Postfix takes mail as its own whatever the settings say.</summary>
internal static class HostName
{
    /// <summary>
    /// Whether the domain is the host's name or below it, or one of the names that every host has: localhost (RFC 6761,
    /// section 6.3), and localhost.$mydomain and *.localdomain of Postfix's defaults (postconf(5), mydestination,
    /// mydomain).
    /// </summary>
    /// <param name="domain">Normalised.</param>
    /// <param name="hostName">As <see cref="LocalHost.Name"/> has it.</param>
    public static bool Covers(string domain, string hostName) =>
        domain.StartsWith("localhost.", StringComparison.Ordinal)
        || MailDomain.IsWithin(domain, ["localhost", "localdomain"])
        || (MailDomain.TryNormalize(hostName, out var name) && MailDomain.IsWithin(domain, [name]));
}
