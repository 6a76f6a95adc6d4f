using MailResponder.Responses;
using MimeKit;

namespace MailResponder.Incoming;

/// <summary>Finds out which of our addresses a message asks.</summary>
internal static class RequestedAddress
{
    /// <summary>luser_relay = mail_responder+$local@localhost puts this before the local part.</summary>
    private const string RelayWrapping = "mail_responder+";

    /// <summary>
    /// In this order: what the envelope says, X-Original-To, Delivered-To, and for a message replayed by hand the first
    /// To or Cc address that the response book knows. Lower case; null when there is none.
    /// </summary>
    public static string? Find(Envelope envelope, HeaderList headers, IResponseBook book)
    {
        foreach (var candidate in (ReadOnlySpan<string?>)[envelope.Recipient, headers["X-Original-To"], headers["Delivered-To"]])
        {
            if (!string.IsNullOrWhiteSpace(candidate))
                return Unwrapped(candidate.Trim().Trim('<', '>').ToLowerInvariant(), headers, book);
        }

        return FirstKnown(headers, book.Knows);
    }

    /// <summary>The relay keeps the local part only; the domain is the one that the book or the message itself has.</summary>
    private static string? Unwrapped(string address, HeaderList headers, IResponseBook book)
    {
        if (!address.StartsWith(RelayWrapping, StringComparison.Ordinal))
            return address;
        var local = address[RelayWrapping.Length..];
        var at = local.LastIndexOf('@');
        if (at >= 0)
            local = local[..at];
        if (book.Knows(local))
            return local;
        var start = local + "@";
        return book.AddressWithLocalPart(local)
            ?? FirstKnown(headers, known => known.StartsWith(start, StringComparison.Ordinal) && book.Knows(known));
    }

    private static string? FirstKnown(HeaderList headers, Predicate<string> known)
    {
        foreach (var header in headers)
        {
            if (header.Id is not (HeaderId.To or HeaderId.Cc) || !AddressList.TryParse(header.RawValue, out var list))
                continue;
            foreach (var mailbox in list.Mailboxes)
            {
                var address = mailbox.GetAddress(idnEncode: true).ToLowerInvariant();
                if (known(address))
                    return address;
            }
        }

        return null;
    }
}
