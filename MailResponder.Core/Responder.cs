using System.Security.Cryptography;
using System.Text;
using MailResponder.Delivery;
using MailResponder.Incoming;
using MailResponder.Limits;
using MailResponder.Rendering;
using MailResponder.Reporting;
using MailResponder.Responses;
using MailResponder.Settings;
using MimeKit;

namespace MailResponder;

/// <summary>One message, straight through: read, guard, look up, claim, reply.</summary>
/// <param name="settings">What to do, and with which files.</param>
/// <param name="deadline">When to be done.</param>
/// <param name="clock">Tells the time.</param>
/// <param name="dryRun">Not null: the replies are written here as an mbox, and nothing is sent, counted or recorded.</param>
internal sealed class Responder(ResponderSettings settings, Deadline deadline, TimeProvider clock, Stream? dryRun = null)
{
    private readonly Renderings _renderings = dryRun is null
        ? new(settings, IFileSource.For(settings, deadline), new RenderingFolder(settings)) : new(settings, new FolderSource(settings));

    /// <summary>As <see cref="Outcome.Address"/>, for the report of a message that could not be brought to its end.</summary>
    public string Address { get; private set; } = Outcome.UnknownAddress;

    public string QueueId { get; private set; } = "-";

    /// <summary>Whether the message is a probe of `responder doctor`; null when that is not known yet.</summary>
    public bool? IsProbe { get; private set; }

    /// <summary>Answers the message, or tells why not.</summary>
    /// <exception cref="ResponderException">Something of ours failed; the message is to be brought again.</exception>
    public Outcome Answer(Envelope envelope, Stream input)
    {
        QueueId = Incoming.QueueId.Of(envelope, []);
        var message = IncomingMessage.Read(input);
        QueueId = Incoming.QueueId.Of(envelope, message.Headers);
        if (dryRun is null && ProbeTag.In(RequestedAddress.Told(envelope, message.Headers)) is { } tag)
        {
            var key = AddressKey.LoadOrCreate(settings.AddressKeyFile, settings.Database);
            IsProbe = CryptographicOperations.FixedTimeEquals(
                Encoding.ASCII.GetBytes(tag.Token), Encoding.ASCII.GetBytes(key.ProbeToken(tag.Made)));
            if (IsProbe == true)
                return AnswerProbe(message, envelope, tag, key);
        }

        if (new Guard(settings, clock).ReasonNotToReply(message, envelope, out var request) is { } reason)
            return Outcome.Skipped(reason);

        var book = _renderings.Book();
        var address = RequestedAddress.Find(envelope, message.Headers, book);
        if (address is null)
        {
            // Perhaps the book that has a fault would know it.
            return _renderings.Fault is { } fault
                ? Outcome.Deferred(fault.Cause, fault.Message) : Outcome.Skipped(SkipReason.UnknownAddress);
        }

        Address = address;
        var entries = book.EntriesFor(address);
        var outcome = WithoutReply(request!, entries) ?? Answer(message, request!, address, entries);
        var alarm = _renderings.Fault is { } kept ? "book: the last good one stays in force: " + kept.Message : null;
        return alarm is null ? outcome : outcome with { Alarm = outcome.Alarm ?? alarm };
    }

    /// <summary>Null when there is something to send. Looked at first, so that nobody is charged for nothing.</summary>
    private Outcome? WithoutReply(Request request, IReadOnlyList<ResponseEntry> entries)
    {
        var rule = new AuthenticationRule(settings);
        var mayBeLater = false;
        foreach (var entry in entries)
        {
            var permission = rule.For(entry, request.Authentication);
            if (permission is Permission.Whole or Permission.WithoutAttachments)
                return null;
            mayBeLater |= permission == Permission.Later;
        }

        return mayBeLater ? Outcome.Deferred(Cause.Authentication, Replier.OpenAuthentication) : Outcome.Skipped(SkipReason.NotAuthenticated);
    }

    private Outcome Answer(IncomingMessage message, Request request, string address, IReadOnlyList<ResponseEntry> entries)
    {
        var replier = new Replier(settings, _renderings, new Senders(settings, deadline, clock, dryRun), deadline, clock);
        if (dryRun is not null)
            return replier.Reply(request, entries, ClaimedMessage.Unrecorded());

        using var store = OpenStore(AddressKey.LoadOrCreate(settings.AddressKeyFile, settings.Database));
        var requester = store.Key.Requester(request.From.Address)!;
        var messageKey = store.Key.Message(message.HeaderBlock, address);
        using var entered = store.EnterMessage(messageKey);
        if (entered is null)
            return Outcome.Deferred(Cause.InProgress, "another process is answering this message");

        var exempt = MailDomain.IsWithin(requester.DomainName, settings.ExemptDomains);
        var isLarge = MailDomain.IsWithin(requester.DomainName, settings.Limits.LargeDomains);
        var limits = exempt || isLarge ? settings.Limits.ForService : settings.Limits;
        var claim = store.Claim(messageKey, requester, exempt ? null : settings.DailyLimit, limits);
        deadline.Asked = null;
        return claim.Result switch
        {
            ClaimResult.Blocked => Outcome.Skipped(SkipReason.Blocked),
            ClaimResult.OverQuota => Outcome.Skipped(SkipReason.OverQuota),
            ClaimResult.OverLimit => LimitReached.Tell(claim.Limit!.Value, settings, store),
            _ => replier.Reply(request, entries, new ClaimedMessage(messageKey, claim, store, requester)),
        };
    }

    private Store OpenStore(AddressKey key)
    {
        deadline.Asked = new Asked(Cause.Database, "database " + settings.Database.Place);
        return Store.Open(settings.Database, key, deadline.Remaining * 0.8, clock, answersMessage: true);
    }

    /// <summary>
    /// Goes the way of any request, but for the guard and what counts: the message is no person's. Who asked does not
    /// matter either. The first reply goes out without its attachments, to where it is dropped.
    /// </summary>
    private Outcome AnswerProbe(IncomingMessage message, Envelope envelope, ProbeTag tag, AddressKey key)
    {
        if (!tag.IsFresh(clock.GetUtcNow()))
            return Outcome.Skipped(SkipReason.Stale);
        var book = _renderings.Book();
        if (RequestedAddress.Find(envelope, message.Headers, book) is not { } address)
            return Outcome.Skipped(SkipReason.UnknownAddress);
        Address = address;
        using (var store = OpenStore(key))
        {
            var messageKey = store.Key.Message(message.HeaderBlock, address);
            using var entered = store.EnterMessage(messageKey);
            store.Rehearse(messageKey, store.Key.Requester(tag.Sink)!);
        }

        deadline.Asked = null;
        var entry = book.EntriesFor(address)[0] with { Attachments = [] };
        var method = entry.SendMethod ?? settings.SendMethod;
        // What is put into an outbox may be sent by somebody else: it stays empty.
        var senders = new Senders(settings, deadline, clock, method == SendMethod.Outbox ? Stream.Null : null);
        var sink = new MailboxAddress("", method == SendMethod.Ses ? ProbeTag.SesSink : tag.Sink);
        var outcome = new Replier(settings, _renderings, senders, deadline, clock).Reply(
            new Request(sink, "", null, []) { Authentication = AuthenticationVerdict.Sure(Authentication.Full) },
            [entry], ClaimedMessage.Unrecorded());
        return outcome.Problem is not null || settings.AuthservId is not { } id
            || AuthenticationEvidence.Written(message.Headers, id).Any() ? outcome : outcome with
            {
                Reason = Cause.Authentication.Hyphenated(),
                Problem = $"no mail filter wrote Authentication-Results as {id} into the message",
            };
    }
}
