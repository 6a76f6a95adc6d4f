using MailResponder.Book;
using MailResponder.Delivery;
using MailResponder.Incoming;
using MailResponder.Incoming.Authentication;
using MailResponder.Reply;
using MailResponder.Reply.Rendered;
using MailResponder.Settings;
using MailResponder.Store;
using MimeKit;

namespace MailResponder.Canary;

/// <summary>The reply that an entry of the response book should produce.</summary>
/// <param name="Entry">The entry's number.</param>
internal sealed record ExpectedReply(int Entry, ReplyContent Content)
{
    /// <summary>
    /// Makes the replies for a requested address as the responder would for this requester: with the links that pools
    /// give this requester, the attachment names for the requester's provider, and without attachments that are too
    /// large for the send method. The requester counts as fully authenticated.
    /// </summary>
    /// <exception cref="ResponderException">
    /// The response book does not have the address, or an attachment cannot be read.
    /// </exception>
    public static ExpectedReply[] Of(
        CanaryMailbox mailbox, string requested, ResponderSettings settings, AddressKey key, TimeProvider clock)
    {
        var renderings = new Renderings(settings, new FolderSource(settings), new RenderingFolder(settings));
        var book = renderings.Book();
        if (RequestedAddress.Find(requested, new HeaderList(), book, settings) is not { } address)
        {
            throw new ResponderException(Cause.Settings,
                $"{settings.File}: {CanarySection.Name}: {mailbox.Name} sends requests to {requested}, which the "
                + "response book does not have; see: responder config show");
        }

        var composer = new ReplyComposer(settings, renderings, clock);
        var request = new Request(mailbox.Address, "", null, [])
        {
            Authentication = AuthenticationVerdict.Sure(Proof.Full),
        };
        return [.. book.EntriesFor(address).Select(entry => new ExpectedReply(entry.Number, Content(entry)))];

        ReplyContent Content(ResponseEntry entry)
        {
            if (entry.HoldsBackAttachments)
                return Content(entry with { Attachments = [], HoldsBackAttachments = false });
            var most = (entry.SendMethod ?? settings.SendMethod) switch
            {
                SendMethod.Ses => SesSender.MaxMessageBytes,
                SendMethod.Sendmail => SendmailSender.MaxMessageBytes,
                _ => long.MaxValue,
            };
            using var reply = composer.Compose(request, entry, [], key);
            if (reply.WireBytes > most && entry.Attachments.Count > 0)
                return Content(entry with { Attachments = [] });
            using var written = new MemoryStream();
            reply.WriteTo(written);
            written.Position = 0;
            using var read = MimeMessage.Load(written);
            return ReplyContent.Of(read);
        }
    }
}
