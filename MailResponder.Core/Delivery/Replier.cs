using MailResponder.Incoming;
using MailResponder.Limits;
using MailResponder.Rendering;
using MailResponder.Reply;
using MailResponder.Reporting;
using MailResponder.Responses;
using MailResponder.Settings;

namespace MailResponder.Delivery;

/// <summary>Composes, signs, sends and records the replies to one request. One failed entry does not stop the next.</summary>
internal sealed class Replier
{
    /// <summary>The problem of an entry that the request may get later.</summary>
    public const string OpenAuthentication =
        "a mail filter could not look up who the message is from; without that it is answered when it has been here for an hour";

    private const string WithoutAttachments = "(without-attachments)";
    private readonly AuthenticationRule _rule;
    private readonly ReplyComposer _composer;
    private readonly ReplySigner? _signer;
    private readonly Senders _senders;
    private readonly Deadline _deadline;

    /// <exception cref="ResponderException">The DKIM key cannot be used.</exception>
    public Replier(ResponderSettings settings, Renderings renderings, Senders senders, Deadline deadline, TimeProvider clock)
    {
        _rule = new AuthenticationRule(settings);
        _composer = new ReplyComposer(settings, renderings, clock);
        _signer = ReplySigner.Create(settings.Dkim, clock);
        _senders = senders;
        _deadline = deadline;
    }

    /// <summary>
    /// Sends what is not yet done. Sent, then recorded: a crash between the two sends that reply again, never loses it.
    /// </summary>
    public Outcome Reply(Request request, IReadOnlyList<ResponseEntry> entries, ClaimedMessage message)
    {
        var receipts = new List<string>();
        var problems = new List<string>();
        Cause? cause = null;
        foreach (var entry in entries)
        {
            // What is not permitted is not recorded: it is the same at each try.
            var permission = _rule.For(entry, request.Authentication);
            if (message.IsDone(entry) || permission == Permission.Nothing)
                continue;
            if (permission == Permission.Later)
            {
                Fail(entry, OpenAuthentication, Cause.Authentication);
                continue;
            }

            var result = default(SendResult?);
            try
            {
                if (!message.TryBegin(entry))
                {
                    problems.Add($"entry {entry.Number}: was handed over {EntryStates.MaxCopies} times, and it could not be "
                        + "recorded what became of it; it is not sent again");
                    continue;
                }

                result = permission == Permission.WithoutAttachments
                    ? SendText(request, entry, message.Key) : Send(request, entry, message.Key);
                Note(entry, result.Value);
                Record(message, entry, result.Value.Status);
            }
            catch (ResponderException exception)
            {
                // The database: whatever is sent now could not be recorded either.
                Fail(entry, result is null ? exception.Message
                    : $"{InWords(result.Value.Status)}, but this could not be recorded: {exception.Message}", exception.Cause);
                break;
            }
        }

        void Fail(ResponseEntry entry, string problem, Cause why)
        {
            problems.Add($"entry {entry.Number}: {problem}");
            cause ??= why;
        }

        void Note(ResponseEntry entry, SendResult result)
        {
            if (result.Status == SendStatus.Sent)
                receipts.Add(result.Detail);
            if ((result.Status == SendStatus.Sent ? result.Remark : result.Detail) is { } problem)
                problems.Add($"entry {entry.Number}: {problem}");
            if (result.Status is not (SendStatus.Sent or SendStatus.Refused))
                cause ??= result.Cause;
        }

        if (cause is null && !message.AnySent)
            message.Refund();
        var outcome = cause is not null ? Outcome.Deferred(cause.Value, "")
            : new Outcome(message.AnySent ? Result.Replied : Result.Failed) { Reason = message.AnySent ? null : "refused" };
        return outcome with { Receipts = receipts, Problem = problems.Count > 0 ? string.Join("; ", problems) : null };
    }

    private static void Record(ClaimedMessage message, ResponseEntry entry, SendStatus status)
    {
        switch (status)
        {
            case SendStatus.Sent:
                message.RecordSent(entry);
                break;
            case SendStatus.Refused:
                message.RecordGivenUp(entry);
                break;
            default:
                message.Withdraw(entry);
                break;
        }
    }

    private static string InWords(SendStatus status) => status switch
    {
        SendStatus.Sent => "was sent",
        SendStatus.Refused => "was refused for good",
        _ => "was not sent",
    };

    private SendResult Send(Request request, ResponseEntry entry, byte[] messageKey)
    {
        var whole = SendAsItIs(request, entry, messageKey);
        if (whole.Status != SendStatus.AttachmentsRefused)
            return whole;
        // The text may say where the attachments can be fetched: better than nothing.
        if (entry.Attachments.Count == 0)
            return SendResult.Refused(whole.Detail);
        var text = SendText(request, entry, messageKey);
        return text.Status == SendStatus.Sent ? text with { Remark = whole.Detail } : text;
    }

    private SendResult SendText(Request request, ResponseEntry entry, byte[] messageKey)
    {
        var text = SendAsItIs(request, entry with { Attachments = [] }, messageKey);
        return text.Status switch
        {
            SendStatus.Sent => text with { Detail = text.Detail + WithoutAttachments },
            SendStatus.AttachmentsRefused => SendResult.Refused(text.Detail),
            _ => text,
        };
    }

    private SendResult SendAsItIs(Request request, ResponseEntry entry, byte[] messageKey)
    {
        if (_deadline.Remaining == TimeSpan.Zero)
            return SendResult.Temporary("the deadline has passed", Cause.Deadline);
        try
        {
            using var reply = _composer.Compose(request, entry, messageKey);
            var sender = _senders.For(entry.SendMethod);
            _signer?.Sign(reply, withDateAndMessageId: !sender.ReplacesDateAndMessageId);
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
    }
}
