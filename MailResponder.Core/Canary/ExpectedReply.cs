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

/// <summary>The reply of an entry of the response book, as it should come.</summary>
/// <param name="Entry">The entry's number.</param>
internal sealed record ExpectedReply(int Entry, ReplyContent Content)
{
    /// <summary>
    /// What the requested address gets, made as the responder makes it for this requester: with the links of his pools,
    /// the names of attachments for his provider, and without attachments that are too large for the way out. He is
    /// taken for one who has proven everything.
    /// </summary>
    /// <param name="mailbox">The requester.</param>
    /// <param name="requested">The requested address.</param>
    /// <param name="settings">How the responder makes it.</param>
    /// <param name="key">Chooses the links of a pool.</param>
    /// <param name="clock">Tells the time.</param>
    /// <exception cref="ResponderException">The book does not have it, or an attachment cannot be read.</exception>
    public static ExpectedReply[] Of(
        CanaryMailbox mailbox, string requested, ResponderSettings settings, AddressKey key, TimeProvider clock)
    {
        var renderings = new Renderings(settings, new FolderSource(settings), new RenderingFolder(settings));
        var book = renderings.Book();
        if (RequestedAddress.Find(requested, new HeaderList(), book, settings) is not { } address)
        {
            throw new ResponderException(Cause.Settings,
                $"{settings.File}: {CanarySection.Name}: {mailbox.Name} asks {requested}, which the response book does "
                + "not know; see: responder config show");
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
