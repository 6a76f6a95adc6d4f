namespace MailResponder.Addresses;

/// <summary>
/// One spelling for all addresses that reach the same mailbox, so that a quota cannot be multiplied by spelling:
/// lower case, no quotation marks, no plus tag, the domain in ASCII, and what the <see cref="MailProviders"/> have.
/// </summary>
internal static class CanonicalAddress
{
    /// <summary>False when there is no local part or no fully qualified domain.</summary>
    /// <param name="address">In any spelling.</param>
    /// <param name="canonical">The mailbox, which may be named by another domain of its provider.</param>
    /// <param name="domain">The address's own domain, normalised.</param>
    public static bool TryGet(string address, out string canonical, out string domain)
    {
        canonical = "";
        if (!MailDomain.TrySplit(address, out var local, out domain))
            return false;
        canonical = (MailProviders.Of(domain) ?? MailProvider.Other)
            .Mailbox(Unquoted(local).ToLowerInvariant(), domain);
        return true;
    }

    /// <summary>"joe" and "j\oe", in quotation marks, are joe (RFC 5322, section 3.2.4).</summary>
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
