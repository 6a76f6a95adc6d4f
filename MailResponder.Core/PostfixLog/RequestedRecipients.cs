using MailResponder.Book;
using MailResponder.Settings;

namespace MailResponder.PostfixLog;

/// <summary>Tells which recipients are addresses of ours that people ask.</summary>
internal sealed class RequestedRecipients(ResponderSettings settings, TimeProvider clock)
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(10);
    private HashSet<string> _domains = [];
    private DateTime _bookTime;
    private DateTimeOffset _nextLook;

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
        if (!settings.OwnDomains.Contains(domain)
            || folded.Equals(settings.BounceAddress, StringComparison.OrdinalIgnoreCase)
            || folded.Equals(settings.ResponseAddress, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        Look();
        // own_domains names the host too, whose mail is for people.
        return _domains.Count == 0 || _domains.Contains(domain);
    }

    /// <summary>Reads the book when it has changed; one that cannot be read leaves what was known.</summary>
    private void Look()
    {
        var now = clock.GetUtcNow();
        if (now < _nextLook)
            return;
        _nextLook = now + BetweenLooks;
        var time = File.GetLastWriteTimeUtc(settings.ResponseBook);
        if (time == _bookTime)
            return;
        try
        {
            var addresses = ResponseBook.Load(settings.ResponseBook).Addresses;
            _domains = [.. addresses.Select(address => address[(address.LastIndexOf('@') + 1)..])];
            _bookTime = time;
        }
        catch (ResponderException)
        {
            // `responder config check` and the mail log tell about it.
        }
    }
}
