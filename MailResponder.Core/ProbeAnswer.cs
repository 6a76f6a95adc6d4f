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

/// <summary>Answers a probe of `responder doctor`. Only a holder of the address key can make one.</summary>
/// <param name="settings">The settings in force.</param>
/// <param name="deadline">The time limit for the message.</param>
/// <param name="progress">Receives whether the message is a probe, and how far it has come.</param>
/// <param name="clock">The source of the current time.</param>
/// <param name="renderings">The response book and its rendered bodies.</param>
internal sealed class ProbeAnswer(
    ResponderSettings settings, Deadline deadline, Progress progress, TimeProvider clock, Renderings renderings)
{
    /// <summary>
    /// Returns the outcome of the probe, or null if the message is not a probe. The token of a probe is derived from
    /// the address key and the time.
    /// </summary>
    /// <param name="message">The message.</param>
    /// <param name="told">The requested address as <see cref="RequestedAddress.Told"/> returns it.</param>
    /// <exception cref="ResponderException">A failure on our side.</exception>
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
    /// Processes the probe like any request, but without the guard and without charging anything: no person wrote the
    /// message. It does not matter who sent it. The first entry is sent without its attachments, to an address where
    /// the mail is dropped.
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
        // Another program may send what lies in an outbox, so a probe leaves nothing there.
        var senders = new Senders(settings, deadline, clock, method == SendMethod.Outbox ? Stream.Null : null);
        var sink = new MailboxAddress("", method == SendMethod.Ses ? ProbeTag.SesSink : tag.Sink);
        var outcome = new Replier(settings, renderings, senders, deadline, progress, clock).Reply(
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
