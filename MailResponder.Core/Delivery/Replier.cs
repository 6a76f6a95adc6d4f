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
        for (var i = 0; i < entries.Count; i++)
        {
            // What is not permitted is not recorded: it is the same at each try, and so are the other entries' places.
            var permission = _rule.For(entries[i], request.Authentication);
            if (message.IsDone(i) || permission == Permission.Nothing)
                continue;
            var result = permission switch
            {
                Permission.Later => SendResult.Temporary(OpenAuthentication, Cause.Authentication),
                Permission.WithoutAttachments => SendText(request, entries[i], message.Key, i),
                _ => Send(request, entries[i], message.Key, i),
            };
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
        if (entry.Attachments.Count == 0)
            return SendResult.Refused(whole.Detail);
        var text = SendText(request, entry, messageKey, index);
        return text.Status == SendStatus.Sent ? text with { Remark = whole.Detail } : text;
    }

    private SendResult SendText(Request request, ResponseEntry entry, byte[] messageKey, int index)
    {
        var text = SendAsItIs(request, entry with { Attachments = [] }, messageKey, index);
        return text.Status switch
        {
            SendStatus.Sent => text with { Detail = text.Detail + WithoutAttachments },
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
