using MailResponder.Addresses;
using MailResponder.Book;
using MailResponder.Settings;
using MimeKit;

namespace MailResponder.Incoming;

/// <summary>Finds out which of our addresses a message asks.</summary>
internal static class RequestedAddress
{
    /// <summary>luser_relay = mail_responder+$local@localhost puts this before the local part.</summary>
    private const string RelayWrapping = "mail_responder+";

    /// <summary>Local parts behind which people read (RFC 2142).</summary>
    public static readonly string[] OfPeople = ["postmaster", "support", "abuse"];

    private static readonly string[] MoreOfPeople = ["hostmaster", "webmaster", "security", "noc", "root", "dmarc"];

    /// <summary>
    /// What the mail system told or, for a message replayed by hand, the first To or Cc address that the response book
    /// knows. As the book writes it, so for an address that it does not know perhaps
    /// <see cref="ResponseEntry.AnyLocalPart"/> and the domain; null when the book does not have that either.
    /// </summary>
    /// <param name="told">See <see cref="Told"/>.</param>
    /// <param name="headers">Those of the message.</param>
    /// <param name="book">The book in force.</param>
    /// <param name="settings">Which addresses are ours.</param>
    public static string? Find(string? told, HeaderList headers, IResponseBook book, ResponderSettings settings)
    {
        string? OfUnknown(string address) => MayBeMistyped(address, settings) ? EntryForUnknown(address, book) : null;
        return told is not null
            ? Unwrapped(told.Trim().Trim('<', '>').ToLowerInvariant(), headers, book, OfUnknown)
            : FirstKnown(headers, address => Known(address, book)) ?? FirstKnown(headers, OfUnknown);
    }

    /// <summary>
    /// What the mail system says, as it says it; null when it does not. In this order: the envelope, X-Original-To,
    /// Delivered-To.
    /// </summary>
    public static string? Told(Envelope envelope, HeaderList headers) => Array.Find(
        [envelope.Recipient, headers["X-Original-To"], headers["Delivered-To"]],
        told => !string.IsNullOrWhiteSpace(told));

    /// <summary>The relay keeps only the local part. The domain is taken from the book or from the message.</summary>
    /// <param name="ofUnknown">The book's address for one that it does not know, whole and in lower case.</param>
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

        // The book's one address with this local part; where several domains have it, the one that the message names.
        string? OfLocalPart(string name)
        {
            var start = name + "@";
            bool Has(string address) => address.StartsWith(start, StringComparison.Ordinal);
            return book.Addresses.Where(Has).Take(2).ToArray() is [var only] ? only
                : FirstKnown(headers, address => Known(address, book) is { } known && Has(known) ? known : null);
        }
    }

    /// <summary>
    /// The book's address for this one: with its domain in the one spelling that the book has, as it is or without a
    /// tag (recipient_delimiter of postfix/main.cf). Null when there is none.
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
    /// Nobody looks for links at an address of robots or people, and what comes to ours is often about a reply. However
    /// it is written: in quotation marks, with a tag, with another spelling of the domain.
    /// </summary>
    private static bool MayBeMistyped(string address, ResponderSettings settings)
    {
        var (local, domain) = Plain(address);
        return local.Length > 0 && !RobotLocalPart.Matches(local) && !OfPeople.Contains(local)
            && !MoreOfPeople.Contains(local)
            && (local, domain) != Plain(settings.ResponseAddress) && (local, domain) != Plain(settings.BounceAddress);
    }

    /// <summary>In lower case, without quotation marks and tag; the domain in its one spelling.</summary>
    private static (string Local, string Domain) Plain(string address)
    {
        if (!MailDomain.TrySplit(address.ToLowerInvariant(), out var local, out var domain))
            return ("", "");
        local = local is ['"', .. var quoted, '"'] ? quoted : local;
        return (Untagged(local) ?? local, domain);
    }

    private static string? Untagged(string localPart) =>
        localPart.IndexOf('+') is > 0 and var plus ? localPart[..plus] : null;

    private static string? FirstKnown(HeaderList headers, Func<string, string?> known) => headers
        .Where(header => header.Id is HeaderId.To or HeaderId.Cc)
        .SelectMany(header => AddressList.TryParse(header.RawValue, out var list) ? list.Mailboxes : [])
        .Select(mailbox => known(mailbox.Address.ToLowerInvariant())).FirstOrDefault(address => address is not null);
}
