using System.Text;
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
/// Makes replies of response book entries. The Message-ID is derived from the message key, so that a reply that has to
/// be sent again is the same reply, and mail systems may drop the second one.
/// </summary>
internal sealed class ReplyComposer(ResponderSettings settings, Renderings renderings, TimeProvider clock)
{
    private static readonly FormatOptions SubjectFormat = ShortLines();

    /// <summary>The reply of one entry, not yet signed.</summary>
    /// <param name="request">Whom to answer, and what to refer to.</param>
    /// <param name="entry">What to answer.</param>
    /// <param name="messageKey">Identifies the request.</param>
    /// <param name="addressKey">
    /// Chooses the links of a pool; null: the newest of the key file, which is read when it is needed.
    /// </param>
    /// <exception cref="ResponderException">An attachment, or that file, cannot be read.</exception>
    public OutgoingReply Compose(
        Request request, ResponseEntry entry, byte[] messageKey, AddressKey? addressKey = null)
    {
        var name = Name(messageKey, entry);
        var recipient = AsciiAddress(request.From);
        // Without a list of its own it would draw a Message-ID, and for that load .NET's OpenSSL.
        var message = new MimeMessage(new HeaderList());
        message.From.Add(settings.ResponseFrom);
        message.To.Add(new MailboxAddress("", recipient));
        // The address as it was mistyped does not come back: a forger may have written a message to his victim there.
        if (!entry.IsForUnknown)
            message.ReplyTo.Add(new MailboxAddress("", entry.Address));
        var asked = entry.IsForUnknown ? entry.Address[ResponseEntry.AnyLocalPart.Length..] : entry.Address;
        var subject = new Header(HeaderId.Subject, "");
        subject.SetValue(SubjectFormat, Encoding.UTF8, entry.Subject ?? ReplySubject.For(request, asked));
        message.Headers.Add(subject);
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

    /// <summary>
    /// MimeKit's encoded words get up to 9 characters too long where a text mixes scripts: one may have 75 (RFC 2047,
    /// section 2).
    /// </summary>
    private static FormatOptions ShortLines()
    {
        var format = FormatOptions.Default.Clone();
        format.MaxLineLength = 70;
        return format;
    }

    private static string AsciiAddress(MailboxAddress address) =>
        MailDomain.TryNormalize(address.Domain, out var domain) ? $"{address.LocalPart}@{domain}" : address.Address;

    private static string Name(byte[] messageKey, ResponseEntry entry) =>
        Convert.ToHexStringLower(Sha256.HashData([.. messageKey, .. entry.Identity(), .. "reply"u8]).AsSpan(0, 16));
}
