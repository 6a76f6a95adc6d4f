using MailResponder.Addresses;
using MailResponder.Book;
using MailResponder.Settings;

namespace MailResponder.PostfixLog;

/// <summary>Tells which recipients are addresses of ours that people ask.</summary>
internal sealed class RequestedRecipients(ResponderSettings settings)
{
    /// <summary>Of the book; empty when it cannot be read, of which `responder config check` tells.</summary>
    private readonly HashSet<string> _domains = [.. (ResponseBookFile.Check(settings.ResponseBook, [])?.Addresses ?? [])
        .Select(MailDomain.Of)];

    /// <summary>
    /// Whether mail to it is a request: an address in one of the book's domains that is neither the bounce address nor
    /// a person's.
    /// </summary>
    /// <param name="recipient">As the line names it.</param>
    public bool Has(ReadOnlySpan<char> recipient)
    {
        var at = recipient.LastIndexOf('@');
        if (at < 0)
            return false;
        var folded = recipient.ToString().ToLowerInvariant();
        var domain = folded[(at + 1)..];
        // own_domains names the host too, whose mail is for people.
        return settings.OwnDomains.Contains(domain) && (_domains.Count == 0 || _domains.Contains(domain))
            && !folded.Equals(settings.BounceAddress, StringComparison.OrdinalIgnoreCase)
            && !folded.Equals(settings.ResponseAddress, StringComparison.OrdinalIgnoreCase);
    }
}
