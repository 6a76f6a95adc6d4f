using MailResponder.Addresses;
using MailResponder.Book;
using MailResponder.Incoming;
using MailResponder.Native;
using MailResponder.Reply.Rendered;
using MailResponder.Settings;
using MailResponder.Store;
using MimeKit;

namespace MailResponder.Reply;

/// <summary>
/// Composes replies from entries of the response book. The Message-ID is derived from the message key. A reply that is
/// sent again therefore has the same Message-ID, and mail systems may drop the second one.
/// </summary>
internal sealed class ReplyComposer(ResponderSettings settings, Renderings renderings, TimeProvider clock)
{
    /// <summary>Composes the reply of one entry, not yet signed.</summary>
    /// <param name="request">The request to answer.</param>
    /// <param name="entry">The entry to send.</param>
    /// <param name="messageKey">The key that identifies the request.</param>
    /// <param name="addressKey">
    /// The key that chooses the links of a pool. If null, the newest key in the key file is read when it is needed.
    /// </param>
    /// <exception cref="ResponderException">An attachment or the key file cannot be read.</exception>
    public OutgoingReply Compose(
        Request request, ResponseEntry entry, byte[] messageKey, AddressKey? addressKey = null)
    {
        var name = Name(messageKey, entry);
        var recipient = AsciiAddress(request.From);
        // Without a header list, MimeMessage would generate a Message-ID, and .NET would load OpenSSL for that.
        var message = new MimeMessage(new HeaderList());
        EncodedWords.AddFrom(message, settings.ResponseFrom);
        message.To.Add(new MailboxAddress("", recipient));
        // A mistyped address is not repeated: a forger may have put a message to their victim into it.
        if (!entry.IsForUnknown)
            message.ReplyTo.Add(new MailboxAddress("", entry.Address));
        var asked = entry.IsForUnknown ? entry.Address[ResponseEntry.AnyLocalPart.Length..] : entry.Address;
        message.Headers.Add(EncodedWords.Subject(entry.Subject ?? ReplySubject.For(request, asked)));
        message.Date = clock.GetUtcNow();
        message.MessageId = name + "@" + MailDomain.Of(settings.ResponseAddress);
        ReplyThread.Continue(message, request);
        message.Headers.Add("Auto-Submitted", "auto-replied");
        message.Headers.Add("X-Auto-Response-Suppress", "All");
        message.Headers.Add(Guard.LoopHeader, settings.ResponseAddress);
        message.Headers.Add(HeaderId.MimeVersion, "1.0");
        var share = entry.Pools.Count == 0 ? null : new LinkShare(
            addressKey ?? AddressKey.Load(settings.AddressKeyFile), request.From.Address, clock.GetUtcNow());
        var body = renderings.Body(entry, MailDomain.Of(recipient), share);
        return new OutgoingReply(message, body, settings.BounceAddress, recipient, name);
    }

    private static string AsciiAddress(MailboxAddress address) =>
        MailDomain.TryNormalize(address.Domain, out var domain) ? $"{address.LocalPart}@{domain}" : address.Address;

    private static string Name(byte[] messageKey, ResponseEntry entry) =>
        Convert.ToHexStringLower(Sha256.HashData([.. messageKey, .. entry.Identity(), .. "reply"u8]).AsSpan(0, 16));
}
