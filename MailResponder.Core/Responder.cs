using MailResponder.Addresses;
using MailResponder.Book;
using MailResponder.Delivery;
using MailResponder.Doctor;
using MailResponder.Incoming;
using MailResponder.Logs;
using MailResponder.Reply.Rendered;
using MailResponder.Settings;
using MailResponder.Store;

namespace MailResponder;

/// <summary>The path of one message from start to end: read, guard, look up, claim, reply.</summary>
/// <param name="settings">The settings in force.</param>
/// <param name="deadline">The time limit for the message.</param>
/// <param name="progress">Receives how far the message has come.</param>
/// <param name="clock">The source of the current time.</param>
/// <param name="dryRun">
/// If not null, the replies are written here as an mbox, and nothing is sent, counted or recorded.
/// </param>
internal sealed class Responder(
    ResponderSettings settings, Deadline deadline, Progress progress, TimeProvider clock, Stream? dryRun = null)
{
    private readonly Renderings _renderings = dryRun is null
        ? new(settings, new FolderSource(settings, new ColdCache(settings, deadline, progress,
            ConfigurationCheck.OfPulled(settings))), new RenderingFolder(settings))
        : new(settings, new FolderSource(settings));

    /// <summary>Answers the message, or returns why it is not answered.</summary>
    /// <exception cref="ResponderException">A failure on our side; the message must be retried.</exception>
    public Outcome Answer(Envelope envelope, Stream input)
    {
        progress.QueueId = QueueId.Of(envelope, []);
        var message = IncomingMessage.Read(input);
        progress.QueueId = QueueId.Of(envelope, message.Headers);
        var told = RequestedAddress.Told(envelope, message.Headers);
        if (dryRun is null
            && new ProbeAnswer(settings, deadline, progress, clock, _renderings).To(message, told) is { } answered)
        {
            return answered;
        }

        if (new Guard(settings, clock).ReasonNotToReply(message, envelope, out var request) is { } reason)
            return Outcome.Skipped(reason);

        var book = _renderings.Book();
        var address = RequestedAddress.Find(told, message.Headers, book, settings);
        if (address is null)
        {
            // The new book, which has a fault, may contain the address.
            return _renderings.Fault is { } fault
                ? Outcome.Deferred(fault.Cause, fault.Message) : Outcome.Skipped(SkipReason.UnknownAddress);
        }

        progress.Address = address;
        var outcome = WithoutReply(request!, book.EntriesFor(address)) ?? Answer(message, request!, address, book);
        if (outcome.Result == Result.Replied && ResponseEntry.IsForUnknownOf(address))
            outcome = outcome with { Reason = SkipReason.UnknownAddress.Hyphenated() };
        var alarm = _renderings.Fault is { } kept ? "book: the last good one stays in force: " + kept.Message : null;
        return alarm is null ? outcome : outcome with { Alarm = outcome.Alarm ?? alarm };
    }

    /// <summary>
    /// Returns null if at least one entry may be sent; otherwise why none is. This is decided before the claim, so that
    /// a request that gets nothing is not charged.
    /// </summary>
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

        return mayBeLater ? Outcome.Deferred(Cause.Authentication, Replier.OpenAuthentication)
            : Outcome.Skipped(SkipReason.NotAuthenticated);
    }

    private Outcome Answer(IncomingMessage message, Request request, string address, IResponseBook book)
    {
        var entries = book.EntriesFor(address);
        var replier = new Replier(settings, _renderings, new Senders(settings, deadline, clock, dryRun), deadline,
            progress, clock);
        if (dryRun is not null)
            return replier.Reply(request, entries, ClaimedMessage.Unrecorded());

        var key = AddressKey.LoadOrCreate(settings.AddressKeyFile, settings.Database);
        using var store = RequesterStore.OpenForMessage(settings, key, deadline, progress, clock);
        var requester = store.Key.Requester(request.From.Address)!;
        var messageKey = store.Key.Message(message.HeaderBlock, address);
        using var entered = store.EnterMessage(messageKey);
        if (entered is null)
            return Outcome.Deferred(Cause.InProgress, "another process is answering this message");

        var exempt = MailDomain.IsWithin(requester.DomainName, settings.ExemptDomains);
        var isLarge = MailDomain.IsWithin(requester.DomainName, settings.Limits.LargeDomains);
        var limits = exempt || isLarge ? settings.Limits.ForService : settings.Limits;
        var terms = (ResponseEntry.IsForUnknownOf(address) ? ClaimTerms.OncePerWindow : ClaimTerms.None)
            | (settings.OverQuota is null ? ClaimTerms.None : ClaimTerms.NoticeOverQuota);
        var isCanary = CanaryTag.IsOn(request, store.Key, clock.GetUtcNow());
        var quota = exempt ? (int?)null : isCanary ? Math.Max(CanaryTag.Quota, settings.DailyLimit)
            : settings.DailyLimit;
        var claim = store.Claim(messageKey, requester, quota, limits, terms);
        var claimed = new ClaimedMessage(claim, store, requester);
        var outcome = claim.Result switch
        {
            ClaimResult.Blocked => Outcome.Skipped(SkipReason.Blocked),
            ClaimResult.OverQuota => Outcome.Skipped(SkipReason.OverQuota),
            ClaimResult.HadOnce => Outcome.Skipped(SkipReason.UnknownAddress),
            ClaimResult.OverLimit => LimitReached.Tell(claim.Limit!.Value, settings, store),
            ClaimResult.Notice => AsSkipped(replier.Reply(request, Notice(book, address), claimed)),
            _ => replier.Reply(request, entries, claimed),
        };
        return isCanary && outcome.Result == Result.Replied ? outcome with { Result = Result.Canary } : outcome;
    }

    /// <summary>
    /// Returns the entries that tell a requester, once per quota window, that their quota is used up. A reply to the
    /// notice repeats the original request. Empty if the setting was removed after the message was claimed.
    /// </summary>
    private IReadOnlyList<ResponseEntry> Notice(IResponseBook book, string address) => settings.OverQuota is { } own
        ? [.. book.EntriesFor(own).Select(entry => entry with { Address = address })] : [];

    /// <summary>Marks the outcome of a notice as skipped: a reply went out, but the request was not answered.</summary>
    private static Outcome AsSkipped(Outcome outcome) => outcome.Result == Result.Deferred ? outcome
        : outcome with { Result = Result.Skipped, Reason = SkipReason.OverQuota.Hyphenated() };
}
