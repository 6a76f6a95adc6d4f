using MailResponder.Incoming;
using MailResponder.Limits;
using MailResponder.Reply;
using MailResponder.Reporting;
using MailResponder.Responses;
using MailResponder.Settings;

namespace MailResponder.Delivery;

/// <summary>Composes, signs, sends and records the replies to one request. One failed entry does not stop the next.</summary>
internal sealed class Replier
{
    private readonly ReplyComposer _composer;
    private readonly ReplySigner? _signer;
    private readonly Senders _senders;
    private readonly Deadline _deadline;

    /// <exception cref="ResponderException">The DKIM key cannot be used.</exception>
    public Replier(ResponderSettings settings, IFileSource files, Senders senders, Deadline deadline, TimeProvider clock)
    {
        _composer = new ReplyComposer(settings, files, clock);
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
        for (var i = 0; i < entries.Count; i++)
        {
            if (message.IsDone(i))
                continue;
            var result = Send(request, entries[i], message.Key, i);
            switch (result.Status)
            {
                case SendStatus.Sent:
                    receipts.Add(result.Detail);
                    if (result.Remark is not null)
                        problems.Add($"entry {entries[i].Number}: {result.Remark}");
                    message.RecordSent(i);
                    break;
                case SendStatus.Refused:
                    problems.Add($"entry {entries[i].Number}: {result.Detail}");
                    message.RecordGivenUp(i);
                    break;
                default:
                    problems.Add($"entry {entries[i].Number}: {result.Detail}");
                    cause ??= result.Cause;
                    break;
            }
        }

        if (cause is null && !message.AnySent)
            message.Refund();
        var outcome = cause is not null ? Outcome.Deferred(cause.Value, "")
            : new Outcome(message.AnySent ? Result.Replied : Result.Failed) { Reason = message.AnySent ? null : "refused" };
        return outcome with { Receipts = receipts, Problem = problems.Count > 0 ? string.Join("; ", problems) : null };
    }

    private SendResult Send(Request request, ResponseEntry entry, byte[] messageKey, int index)
    {
        var whole = SendAsItIs(request, entry, messageKey, index);
        if (whole.Status != SendStatus.AttachmentsRefused)
            return whole;
        // The text may say where the attachments can be fetched: better than nothing.
        var text = entry.Attachments.Count == 0 ? whole : SendAsItIs(request, entry with { Attachments = [] }, messageKey, index);
        return text.Status switch
        {
            SendStatus.Sent => text with { Detail = text.Detail + "(without-attachments)", Remark = whole.Detail },
            SendStatus.AttachmentsRefused => SendResult.Refused(text.Detail),
            _ => text,
        };
    }

    private SendResult SendAsItIs(Request request, ResponseEntry entry, byte[] messageKey, int index)
    {
        if (_deadline.Remaining == TimeSpan.Zero)
            return SendResult.Temporary("the deadline has passed", Cause.Deadline);
        try
        {
            using var reply = _composer.Compose(request, entry, messageKey, index);
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
