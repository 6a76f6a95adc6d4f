using MailResponder.Native;

namespace MailResponder.Addresses;

/// <summary>The names of this host. Its Postfix accepts mail for them as its own, whatever the settings say.</summary>
internal static class HostName
{
    /// <summary>
    /// Whether the domain is the host's name or is below it, or is a name that every host has. These are localhost (RFC
    /// 6761, section 6.3), and localhost.$mydomain and *.localdomain, Postfix's defaults (postconf(5), mydestination
    /// and mydomain).
    /// </summary>
    /// <param name="domain">A domain, normalized.</param>
    /// <param name="hostName">The host's name as <see cref="LocalHost.Name"/> returns it.</param>
    public static bool Covers(string domain, string hostName) =>
        domain.StartsWith("localhost.", StringComparison.Ordinal)
        || MailDomain.IsWithin(domain, ["localhost", "localdomain"])
        || (MailDomain.TryNormalize(hostName, out var name) && MailDomain.IsWithin(domain, [name]));
}
