namespace MailResponder.Limits;

/// <summary>
/// One spelling for all addresses that reach the same mailbox, so that a quota cannot be multiplied by spelling:
/// lower case, no plus tag, no dots where Gmail ignores them, the domain in ASCII.
/// </summary>
internal static class CanonicalAddress
{
    /// <summary>False when there is no local part or no fully qualified domain.</summary>
    public static bool TryGet(string address, out string canonical, out string domain)
    {
        canonical = domain = "";
        var at = address.LastIndexOf('@');
        if (at <= 0 || !MailDomain.TryNormalize(address[(at + 1)..], out domain))
            return false;
        var local = address[..at].ToLowerInvariant();
        var plus = local.IndexOf('+');
        if (plus > 0)
            local = local[..plus];
        if (domain is "gmail.com" or "googlemail.com")
        {
            domain = "gmail.com";
            var dotless = local.Replace(".", "", StringComparison.Ordinal);
            local = dotless.Length > 0 ? dotless : local;
        }

        canonical = local + "@" + domain;
        return true;
    }
}
