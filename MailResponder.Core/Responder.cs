using MailResponder.Delivery;
using MailResponder.Incoming;
using MailResponder.Limits;
using MailResponder.Reporting;
using MailResponder.Responses;
using MailResponder.Settings;

namespace MailResponder;

/// <summary>One message, straight through: read, guard, look up, claim, reply.</summary>
/// <param name="settings">What to do, and with which files.</param>
/// <param name="deadline">When to be done.</param>
/// <param name="clock">Tells the time.</param>
/// <param name="dryRun">Not null: the replies are written here as an mbox, and nothing is sent, counted or recorded.</param>
internal sealed class Responder(ResponderSettings settings, Deadline deadline, TimeProvider clock, Stream? dryRun = null)
{
    private readonly IFileSource _files = dryRun is null ? IFileSource.For(settings, deadline) : new FolderSource(settings);

    /// <summary>As <see cref="Outcome.Address"/>, for the report of a message that could not be brought to its end.</summary>
    public string Address { get; private set; } = Outcome.UnknownAddress;

    public string QueueId { get; private set; } = "-";

    /// <summary>Answers the message, or tells why not.</summary>
    /// <exception cref="ResponderException">Something of ours failed; the message is to be brought again.</exception>
    public Outcome Answer(Envelope envelope, Stream input)
    {
        QueueId = Incoming.QueueId.Of(envelope, []);
        var message = IncomingMessage.Read(input);
        QueueId = Incoming.QueueId.Of(envelope, message.Headers);
        if (new Guard(settings).ReasonNotToReply(message, envelope, out var request) is { } reason)
            return Outcome.Skipped(reason);

        var book = _files.Book();
        var address = RequestedAddress.Find(envelope, message.Headers, book);
        if (address is null || !book.Knows(address))
            return Outcome.Skipped(SkipReason.UnknownAddress);

        Address = address;
        return Answer(message, request!, address, book.EntriesFor(address));
    }

    private Outcome Answer(IncomingMessage message, Request request, string address, IReadOnlyList<ResponseEntry> entries)
    {
        var replier = new Replier(settings, _files, new Senders(settings, deadline, clock, dryRun), deadline, clock);
        if (dryRun is not null)
            return replier.Reply(request, entries, ClaimedMessage.Unrecorded());

        var key = AddressKey.LoadOrCreate(settings.AddressKeyFile, settings.Database);
        var requester = key.Requester(request.From.Address)!;
        var messageKey = key.Message(message.HeaderBlock, address);
        using var store = Store.Open(settings.Database, key, deadline.Remaining * 0.8, clock);
        using var entered = store.EnterMessage(messageKey);
        if (entered is null)
            return Outcome.Deferred(Cause.InProgress, "another process is answering this message");

        var exempt = MailDomain.IsWithin(requester.DomainName, settings.ExemptDomains);
        var claim = store.Claim(messageKey, requester, exempt ? null : settings.DailyLimit);
        return claim.Result switch
        {
            ClaimResult.Blocked => Outcome.Skipped(SkipReason.Blocked),
            ClaimResult.OverQuota => Outcome.Skipped(SkipReason.OverQuota),
            _ => replier.Reply(request, entries, new ClaimedMessage(messageKey, claim, store, requester)),
        };
    }
}
