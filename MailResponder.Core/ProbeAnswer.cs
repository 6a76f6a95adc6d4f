using System.Security.Cryptography;
using System.Text;
using MailResponder.Delivery;
using MailResponder.Incoming;
using MailResponder.Incoming.Authentication;
using MailResponder.Reply.Rendered;
using MailResponder.Settings;
using MailResponder.Store;
using MimeKit;

namespace MailResponder;

/// <summary>The answer to a probe of `responder doctor`, which nobody else can make.</summary>
/// <param name="settings">What to do, and with which files.</param>
/// <param name="deadline">When to be done.</param>
/// <param name="progress">Is told whether it is a probe, and how far that has come.</param>
/// <param name="clock">Tells the time.</param>
/// <param name="renderings">Of the response book.</param>
internal sealed class ProbeAnswer(
    ResponderSettings settings, Deadline deadline, Progress progress, TimeProvider clock, Renderings renderings)
{
    /// <summary>
    /// Null when the message is no probe. The token of one is made from the address key and the time.
    /// </summary>
    /// <param name="message">The message.</param>
    /// <param name="told">What <see cref="RequestedAddress.Told"/> says of it.</param>
    /// <exception cref="ResponderException">Something of ours failed.</exception>
    public Outcome? To(IncomingMessage message, string? told)
    {
        if (ProbeTag.In(told) is not { } tag)
            return null;
        var key = AddressKey.LoadOrCreate(settings.AddressKeyFile, settings.Database);
        progress.IsProbe = CryptographicOperations.FixedTimeEquals(
            Encoding.ASCII.GetBytes(tag.Token), Encoding.ASCII.GetBytes(key.ProbeToken(tag.Made)));
        return progress.IsProbe == true ? Answer(message, told, tag, key) : null;
    }

    /// <summary>
    /// Goes the way of any request, but for the guard and what counts: the message is no person's. Who asked does not
    /// matter either. The first reply goes out without its attachments, to where it is dropped.
    /// </summary>
    private Outcome Answer(IncomingMessage message, string? told, ProbeTag tag, AddressKey key)
    {
        if (!tag.IsFresh(clock.GetUtcNow()))
            return Outcome.Skipped(SkipReason.Stale);
        var book = renderings.Book();
        if (RequestedAddress.Find(told, message.Headers, book, settings) is not { } address)
            return Outcome.Skipped(SkipReason.UnknownAddress);
        progress.Address = address;
        using (var store = RequesterStore.OpenForMessage(settings, key, deadline, progress, clock))
        {
            var messageKey = store.Key.Message(message.HeaderBlock, address);
            using var entered = store.EnterMessage(messageKey);
            store.Rehearse(messageKey, store.Key.Requester(tag.Sink)!);
        }

        progress.Asked = null;
        var entry = book.EntriesFor(address)[0] with { Attachments = [] };
        var method = entry.SendMethod ?? settings.SendMethod;
        // What is put into an outbox may be sent by somebody else: it stays empty.
        var senders = new Senders(settings, deadline, clock, method == SendMethod.Outbox ? Stream.Null : null);
        var sink = new MailboxAddress("", method == SendMethod.Ses ? ProbeTag.SesSink : tag.Sink);
        var outcome = new Replier(settings, renderings, senders, deadline, clock).Reply(
            new Request(sink, "", null, []) { Authentication = AuthenticationVerdict.Sure(Proof.Full) },
            [entry], ClaimedMessage.Unrecorded());
        return outcome.Problem is not null || settings.AuthservId is not { } id
            || AuthenticationEvidence.Written(message.Headers, id).Any() ? outcome : outcome with
            {
                Reason = Cause.Authentication.Hyphenated(),
                Problem = $"no mail filter wrote Authentication-Results as {id} into the message",
            };
    }
}
