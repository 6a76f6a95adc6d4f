using MailResponder.Book;
using MailResponder.Delivery;
using MailResponder.Feedback;
using MailResponder.Files;
using MailResponder.Incoming;
using MailResponder.Logs;
using MailResponder.Reply;
using MailResponder.Reply.Dkim;
using MailResponder.Reply.Rendered;
using MailResponder.Settings;
using MailResponder.Store;

namespace MailResponder;

/// <summary>
/// Composes, signs, sends and records the replies to one request. One failed entry does not stop the next.
/// </summary>
/// <param name="settings">The settings in force.</param>
/// <param name="renderings">The response book and its rendered bodies.</param>
/// <param name="senders">The senders, one for each send method.</param>
/// <param name="deadline">The time limit for the message.</param>
/// <param name="progress">Receives the receipt of each reply, and whether the message waits for the database.</param>
/// <param name="clock">The source of the current time.</param>
/// <exception cref="ResponderException">The DKIM key cannot be used.</exception>
internal sealed class Replier(
    ResponderSettings settings, Renderings renderings, Senders senders, Deadline deadline, Progress progress,
    TimeProvider clock)
{
    /// <summary>The problem of an entry that is not sent yet because a look-up failed.</summary>
    public const string OpenAuthentication =
        "a mail filter's look-up failed, which could have proven who the message is from; one hour after its arrival, "
        + "the message is answered without that proof";

    private readonly AuthenticationRule _rule = new(settings);
    private readonly ReplyComposer _composer = new(settings, renderings, clock);
    private readonly ReplySigner? _signer = ReplySigner.Create(settings.Dkim, clock);

    /// <summary>
    /// Sends each entry that is not done yet, then records it. After a crash between the two steps, the retry sends
    /// that reply again; no reply is lost.
    /// </summary>
    public Outcome Reply(Request request, IReadOnlyList<ResponseEntry> entries, ClaimedMessage message)
    {
        var problems = new List<string>();
        Cause? cause = null;
        foreach (var entry in entries)
        {
            // An entry that is not permitted is not recorded: a retry would decide the same.
            var permission = _rule.For(entry, request.Authentication);
            var turn = new Turn(message, entry);
            if (turn.IsDone || permission == Permission.Nothing)
                continue;
            if (permission == Permission.Later)
            {
                problems.Add($"entry {entry.Number}: {OpenAuthentication}");
                cause ??= Cause.Authentication;
                continue;
            }

            var result = permission == Permission.WithoutAttachments ? SendText(request, entry, turn)
                : Send(request, entry, turn);
            if (result.Status == SendStatus.Sent)
                progress.Receipts = [.. progress.Receipts, result.Detail];
            if ((result.Status == SendStatus.Sent ? result.Remark : result.Detail) is { } problem)
                problems.Add($"entry {entry.Number}: {problem}");
            Cause? failed = result.Status is SendStatus.Temporary or SendStatus.Unknown ? result.Cause : null;
            try
            {
                turn.Record(result.Status);
            }
            catch (ResponderException exception)
            {
                problems.Add($"entry {entry.Number}: {InWords(result.Status)}, but this could not be recorded: "
                    + exception.Message);
                failed = exception.Cause;
            }

            if (failed == Cause.Database)
            {
                // Further replies could not be recorded either.
                cause = failed;
                break;
            }

            cause ??= failed;
        }

        if (cause is null && !message.AnySent)
            message.Refund();
        var outcome = cause is not null ? Outcome.Deferred(cause.Value, "")
            : message.AnySent ? new Outcome(Result.Replied)
            : new Outcome(Result.Failed) { Reason = "refused" };
        return outcome with
        {
            Receipts = progress.Receipts,
            Problem = problems.Count > 0 ? string.Join("; ", problems) : null,
        };
    }

    private static string InWords(SendStatus status) => status switch
    {
        SendStatus.Sent => "was sent",
        SendStatus.Refused => "was refused permanently",
        SendStatus.Unknown => "was perhaps sent",
        _ => "was not sent",
    };

    private SendResult Send(Request request, ResponseEntry entry, Turn turn)
    {
        var whole = SendAsItIs(request, entry, turn);
        if (whole.Status != SendStatus.AttachmentsRefused)
            return whole;
        // The text is sent without the attachments: it may say where to download them.
        if (entry.Attachments.Count == 0)
            return SendResult.Refused(whole.Detail);
        var text = SendText(request, entry, turn);
        return text.Status == SendStatus.Sent ? text with { Remark = whole.Detail } : text;
    }

    private SendResult SendText(Request request, ResponseEntry entry, Turn turn)
    {
        var text = SendAsItIs(request, entry with { Attachments = [] }, turn);
        return text.Status switch
        {
            SendStatus.Sent => text with { Detail = text.Detail + MessageEvent.WithoutAttachments },
            SendStatus.AttachmentsRefused => SendResult.Refused(text.Detail),
            _ => text,
        };
    }

    private SendResult SendAsItIs(Request request, ResponseEntry entry, Turn turn)
    {
        if (deadline.Remaining == TimeSpan.Zero)
            return SendResult.Temporary("the deadline has passed", Cause.Deadline);
        // Of the steps below, only MayHandOver waits for the database.
        var database = progress.Asked;
        try
        {
            progress.Asked = null;
            using var reply = _composer.Compose(request, entry, turn.MessageKey, turn.AddressKey);
            var sender = senders.For(entry.SendMethod);
            if (!sender.ReplacesDateAndMessageId && turn.TokenFor(reply) is { } token)
                reply.Message.Headers.Add(DeliveryReport.TokenHeader, token);
            _signer?.Sign(reply, withDateAndMessageId: !sender.ReplacesDateAndMessageId);
            progress.Asked = database;
            if (!turn.MayHandOver())
                return SendResult.TooManyCopies();
            progress.Asked = null;
            return sender.Send(reply);
        }
        catch (ResponderException exception)
        {
            return SendResult.Temporary(exception.Message, exception.Cause);
        }
        catch (IOException exception)
        {
            return SendResult.Temporary(FileTrouble.Describe(exception), Cause.Attachment);
        }
        finally
        {
            progress.Asked = database;
        }
    }

    /// <summary>
    /// One entry and its record in the ledger. The hand-over begins only after the reply is composed and signed.
    /// </summary>
    private sealed class Turn(ClaimedMessage message, ResponseEntry entry)
    {
        private readonly ulong _id = message.IdOf(entry.Identity());
        private bool _isBegun;

        public bool IsDone => message.IsDone(_id);

        public byte[] MessageKey => message.Key;

        /// <inheritdoc cref="ClaimedMessage.AddressKey"/>
        public AddressKey? AddressKey => message.AddressKey;

        /// <summary>
        /// Returns the token by which a later bounce of this reply is recognized as genuine. Null for a message without
        /// a record, whose bounces are not counted.
        /// </summary>
        public string? TokenFor(OutgoingReply reply) =>
            AddressKey?.ReplyToken(reply.Name, reply.Message.Date, reply.Recipient);

        /// <summary>
        /// Begins the hand-over of the entry, once for both forms, with and without attachments. False if the entry
        /// must not be sent now.
        /// </summary>
        /// <exception cref="ResponderException">The hand-over cannot be recorded, so nothing may be sent.</exception>
        public bool MayHandOver() => _isBegun || (_isBegun = message.TryBegin(_id));

        /// <summary>Records what became of the entry.</summary>
        /// <exception cref="ResponderException">It cannot be recorded.</exception>
        public void Record(SendStatus status)
        {
            if (status is SendStatus.Sent or SendStatus.Refused)
                message.RecordDone(_id, isSent: status == SendStatus.Sent);
            else if (_isBegun && status != SendStatus.Unknown)
                message.Withdraw(_id);
        }
    }
}
