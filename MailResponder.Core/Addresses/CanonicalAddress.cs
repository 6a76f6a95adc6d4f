namespace MailResponder.Addresses;

/// <summary>
/// Gives all addresses that reach the same mailbox one spelling, so that a requester cannot get more quota with another
/// spelling. It is in lower case, without quotation marks and plus tag, with the domain in ASCII, and follows the rules
/// of <see cref="MailProviders"/>.
/// </summary>
internal static class CanonicalAddress
{
    /// <summary>Returns the canonical address. False if there is no local part or no fully qualified domain.</summary>
    /// <param name="address">An address in any spelling.</param>
    /// <param name="canonical">The mailbox. Its domain may be another one of the same provider.</param>
    /// <param name="spelling">The address itself in lower case, without quotation marks.</param>
    /// <param name="domain">The address's own domain, normalized.</param>
    public static bool TryGet(string address, out string canonical, out string spelling, out string domain)
    {
        canonical = spelling = "";
        if (!MailDomain.TrySplit(address, out var local, out domain))
            return false;
        local = Unquoted(local).ToLowerInvariant();
        (canonical, spelling) = (
            (MailProviders.Of(domain) ?? MailProvider.Other).Mailbox(local, domain), $"{local}@{domain}");
        return true;
    }

    /// <summary>
    /// Removes quotation marks and escapes: "joe" and "j\oe", in quotation marks, are joe (RFC 5322, section 3.2.4).
    /// </summary>
    private static string Unquoted(string local)
    {
        if (local is not ['"', .. var text, '"'])
            return local;
        var plain = new System.Text.StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
            plain.Append(text[i] == '\\' && i + 1 < text.Length ? text[++i] : text[i]);
        return plain.Length > 0 ? plain.ToString() : local;
    }
}
