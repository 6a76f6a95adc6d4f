using MailResponder.Addresses;
using MailResponder.Settings;

namespace MailResponder.PostfixLog;

/// <summary>The mail provider of a reply's recipient.</summary>
internal static class ReplyProvider
{
    /// <summary>
    /// The large provider's domain. Null for any other: a small domain may have one person, whose request would show.
    /// </summary>
    /// <param name="address">Of the recipient.</param>
    /// <param name="settings">Name the large domains (limits.large_domains).</param>
    public static string? Of(ReadOnlySpan<char> address, ResponderSettings settings) =>
        MailDomain.TryNormalize(address[(address.LastIndexOf('@') + 1)..].ToString(), out var domain)
            ? MailDomain.Above(domain, settings.Limits.LargeDomains) : null;
}
