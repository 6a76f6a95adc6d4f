using MailResponder.Addresses;
using MailResponder.Book;
using MailResponder.Settings;
using MimeKit;

namespace MailResponder.Incoming;

/// <summary>Finds out to which of our addresses a request was sent.</summary>
internal static class RequestedAddress
{
    /// <summary>The prefix that luser_relay = mail_responder+$local@localhost puts before the local part.</summary>
    private const string RelayWrapping = "mail_responder+";

    /// <summary>Local parts whose mail is read by people (RFC 2142).</summary>
    public static readonly string[] OfPeople = ["postmaster", "support", "abuse"];

    private static readonly string[] MoreOfPeople = ["hostmaster", "webmaster", "security", "noc", "root", "dmarc"];

    /// <summary>
    /// Returns the requested address as the book writes it. This is the one that the mail system states or, for a
    /// message that is replayed from a file, the first To or Cc address that the book contains. If the book does not
    /// contain the address, returns <see cref="ResponseEntry.AnyLocalPart"/> and the domain, provided that the address
    /// may be mistyped and the book contains this form. Otherwise null.
    /// </summary>
    /// <param name="told">The requested address as <see cref="Told"/> returns it.</param>
    /// <param name="headers">The header of the message.</param>
    /// <param name="book">The response book in force.</param>
    /// <param name="settings">The settings in force, with our own addresses.</param>
    public static string? Find(string? told, HeaderList headers, IResponseBook book, ResponderSettings settings)
    {
        string? OfUnknown(string address) => MayBeMistyped(address, settings) ? EntryForUnknown(address, book) : null;
        return told is not null
            ? Unwrapped(told.Trim().Trim('<', '>').ToLowerInvariant(), headers, book, OfUnknown)
            : FirstKnown(headers, address => Known(address, book)) ?? FirstKnown(headers, OfUnknown);
    }

    /// <summary>
    /// Returns the requested address exactly as the mail system states it; null if it states none. The envelope comes
    /// first, then X-Original-To, then Delivered-To.
    /// </summary>
    public static string? Told(Envelope envelope, HeaderList headers) => Array.Find(
        [envelope.Recipient, headers["X-Original-To"], headers["Delivered-To"]],
        told => !string.IsNullOrWhiteSpace(told));

    /// <summary>
    /// Removes the prefix of luser_relay, which keeps only the local part. The domain is taken from the book or from
    /// the message.
    /// </summary>
    /// <param name="ofUnknown">
    /// Returns the book's address for one that it does not contain, given whole and in lower case.
    /// </param>
    private static string? Unwrapped(
        string address, HeaderList headers, IResponseBook book, Func<string, string?> ofUnknown)
    {
        if (!address.StartsWith(RelayWrapping, StringComparison.Ordinal))
            return Known(address, book) ?? ofUnknown(address);
        var local = address[RelayWrapping.Length..];
        var at = local.LastIndexOf('@');
        if (at >= 0)
            local = local[..at];
        if (Known(local, book) is { } whole)
            return whole;
        return OfLocalPart(local) ?? (Untagged(local) is { } untagged ? OfLocalPart(untagged) : null)
            ?? FirstKnown(headers, whole =>
                whole.StartsWith(local + "@", StringComparison.Ordinal) ? ofUnknown(whole) : null);

        // The book's only address with this local part. If several domains have it, the one that the message names.
        string? OfLocalPart(string name)
        {
            var start = name + "@";
            bool Has(string address) => address.StartsWith(start, StringComparison.Ordinal);
            return book.Addresses.Where(Has).Take(2).ToArray() is [var only] ? only
                : FirstKnown(headers, address => Known(address, book) is { } known && Has(known) ? known : null);
        }
    }

    /// <summary>
    /// Returns the book's address for this one, as it is or without its tag (recipient_delimiter of postfix/main.cf),
    /// and with the domain spelled as in the book. Null if the book has neither.
    /// </summary>
    private static string? Known(string address, IResponseBook book)
    {
        if (!MailDomain.TrySplit(address, out var local, out var domain))
            return null;
        var whole = $"{local}@{domain}";
        return book.Knows(whole) || (Untagged(local) is { } untagged && book.Knows(whole = $"{untagged}@{domain}"))
            ? whole : null;
    }

    private static string? EntryForUnknown(string address, IResponseBook book) =>
        MailDomain.TryNormalize(MailDomain.Of(address), out var domain)
        && ResponseEntry.AnyLocalPart + domain is var any && book.Knows(any) ? any : null;

    /// <summary>
    /// Whether an address that the book does not contain may be mistyped. Addresses of robots and people are not:
    /// nobody expects links there. Our response and bounce addresses are not: mail to them is often about a reply.
    /// These addresses are recognized in quotation marks, with a tag, and with another spelling of the domain.
    /// </summary>
    private static bool MayBeMistyped(string address, ResponderSettings settings)
    {
        var (local, domain) = Plain(address);
        return local.Length > 0 && !RobotLocalPart.Matches(local) && !OfPeople.Contains(local)
            && !MoreOfPeople.Contains(local)
            && (local, domain) != Plain(settings.ResponseAddress) && (local, domain) != Plain(settings.BounceAddress);
    }

    /// <summary>
    /// Returns the address in lower case, without quotation marks and tag, and with the domain in its one spelling.
    /// </summary>
    private static (string Local, string Domain) Plain(string address)
    {
        if (!MailDomain.TrySplit(address.ToLowerInvariant(), out var local, out var domain))
            return ("", "");
        local = local is ['"', .. var quoted, '"'] ? quoted : local;
        return (Untagged(local) ?? local, domain);
    }

    private static string? Untagged(string localPart) =>
        localPart.IndexOf('+') is > 0 and var plus ? localPart[..plus] : null;

    /// <summary>RFC 5322, section 3.6, allows one To and one Cc. Some programs repeat them.</summary>
    private static string? FirstKnown(HeaderList headers, Func<string, string?> known) => headers
        .Where(header => header.Id is HeaderId.To or HeaderId.Cc).Take(4)
        .SelectMany(header => AddressList.TryParse(header.RawValue, out var list) ? list.Mailboxes : [])
        .Select(mailbox => known(mailbox.Address.ToLowerInvariant())).FirstOrDefault(address => address is not null);
}
