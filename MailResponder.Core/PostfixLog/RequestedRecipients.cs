using MailResponder.Addresses;
using MailResponder.Book;
using MailResponder.Settings;

namespace MailResponder.PostfixLog;

/// <summary>Decides which recipients are addresses of ours that answer requests.</summary>
internal sealed class RequestedRecipients(ResponderSettings settings)
{
    /// <summary>
    /// The domains in the response book. Empty if it cannot be read, which `responder config check` reports.
    /// </summary>
    private readonly HashSet<string> _domains = [.. (ResponseBookFile.Check(settings.ResponseBook, [])?.Addresses ?? [])
        .Select(MailDomain.Of)];

    /// <summary>
    /// Returns whether mail to the recipient is a request: the address is in one of the book's domains, and is neither
    /// the bounce address nor the From address of replies. If the book cannot be read, all of own_domains count.
    /// </summary>
    /// <param name="recipient">The recipient as the log line names it.</param>
    public bool Has(ReadOnlySpan<char> recipient)
    {
        var at = recipient.LastIndexOf('@');
        if (at < 0)
            return false;
        var folded = recipient.ToString().ToLowerInvariant();
        var domain = folded[(at + 1)..];
        // own_domains also names the host itself. Mail to the host is for people.
        return settings.OwnDomains.Contains(domain) && (_domains.Count == 0 || _domains.Contains(domain))
            && !folded.Equals(settings.BounceAddress, StringComparison.OrdinalIgnoreCase)
            && !folded.Equals(settings.ResponseAddress, StringComparison.OrdinalIgnoreCase);
    }
}
