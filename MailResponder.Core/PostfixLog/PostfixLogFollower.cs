using System.Text;
using MailResponder.Incoming;
using MailResponder.Logs;
using MailResponder.Settings;

namespace MailResponder.PostfixLog;

/// <summary>
/// Reads lines of Postfix's log and events of the responder, one at a time, and stores their facts about messages.
/// </summary>
internal sealed class PostfixLogFollower(PostfixLogDatabase database, ResponderSettings settings, TimeProvider clock)
{
    /// <summary>
    /// How long a message is still found after it has left the queue, in microseconds. The responder's events and
    /// Postfix's lines arrive through two sockets, in any order.
    /// </summary>
    private const long Grace = 60_000_000;
    private const string HandedToPostfix = "sendmail:";

    private readonly PostfixLogRows _rows = new(database);
    private readonly RequestedRecipients _recipients = new(settings);

    /// <summary>The queue id of the mail that was last refused for its size.</summary>
    private string _tooLarge = "";

    public long Lines { get; private set; }

    /// <summary>Lines that are not Postfix's or not events, and delivery attempts without an outcome.</summary>
    public long Unknown { get; private set; }

    /// <summary>Reads a line of Postfix's log.</summary>
    public void ReadMail(ReadOnlySpan<byte> text)
    {
        Lines++;
        // "postfix/smtpd"; for a named instance or service, "postfix-out/submission/smtpd".
        if (SyslogLine.TryParse(Encoding.Latin1.GetString(text), clock.GetUtcNow(), out var line)
            && line.Program.StartsWith("postfix"))
            FollowPostfix(line.Text, line.Program[(line.Program.LastIndexOf('/') + 1)..],
                PostfixLogReport.Microseconds(line.Time));
        else
            Unknown++;
    }

    /// <summary>Reads a line of the responder's log of events.</summary>
    public void ReadEvent(ReadOnlySpan<byte> text)
    {
        Lines++;
        if (MessageEvent.Read(text) is not { } read)
            Unknown++;
        else if (read.Result != Result.Probe && PostfixText.IsQueueId(read.QueueId))
            Follow(read);
    }

    private void Follow(MessageEvent read)
    {
        var at = PostfixLogReport.Microseconds(read.Time);
        var message = _rows.Find(read.QueueId, at, Grace) ?? _rows.Begin(read.QueueId, at - (read.Ms * 1000));
        if (read.Result == Result.Canary)
        {
            _rows.SetCanary(message);
            return;
        }

        _rows.SetRequested(message);
        if (read.Result == Result.Replied)
            _rows.SetAnswered(message, at);
        foreach (var receipt in read.Receipts.Where(receipt => receipt.StartsWith(
            HandedToPostfix, StringComparison.Ordinal)))
        {
            // The name may be followed by "(without-attachments)".
            var name = receipt[HandedToPostfix.Length..].Split('(')[0];
            if (PostfixText.IsReplyName(name))
                _rows.AddReceipt(message, name);
        }
    }

    private void FollowPostfix(ReadOnlySpan<char> text, ReadOnlySpan<char> service, long at)
    {
        // Do not count a probe of `responder doctor`.
        if (ProbeTag.In(text) is not null)
        {
            if (PostfixText.TryQueueId(ref text, out var probe))
                _rows.Forget(probe, at);
        }
        else if (text.StartsWith("NOQUEUE: "))
        {
            Reject(text["NOQUEUE: ".Length..], at);
        }
        else if (text.StartsWith("warning: "))
        {
            // "warning: QUEUEID: queue file size limit exceeded" is the only warning that means a refused mail.
            var warning = text["warning: ".Length..];
            if (service is "smtpd" or "cleanup" && PostfixText.TryQueueId(ref warning, out var large)
                && warning.StartsWith("queue file size limit exceeded") && large != _tooLarge)
            {
                // smtpd and cleanup may both report the same mail.
                _tooLarge = large;
                _rows.AddRejection(at);
            }
        }
        else if (PostfixText.TryQueueId(ref text, out var id))
        {
            FollowMessage(text, service, id, at);
        }
    }

    private void FollowMessage(ReadOnlySpan<char> text, ReadOnlySpan<char> service, string id, long at)
    {
        switch (service)
        {
            case "smtpd" or "qmqpd" when text.StartsWith("client="):
                // A content filter returns the mail to Postfix under another queue id.
                Join(_rows.Begin(id, at), PostfixText.Value(text, "orig_queue_id"), at);
                break;
            case "pickup" when text.StartsWith("uid="):
                // `postsuper -r` requeues a mail under another queue id.
                Join(_rows.Begin(id, at), PostfixText.Value(text, "orig_id"), at);
                break;
            case "cleanup" when text.StartsWith("message-id="):
                // A mail that local(8) forwards or bounce(8) writes has no earlier line.
                var message = _rows.FindOrBegin(id, at, at);
                // The Message-ID of a reply leads to its request. Other ones may name a person, so do not store them.
                if (ReplyName(text["message-id=".Length..]) is { } reply)
                    _rows.SetReply(message, reply);
                break;
            case "smtpd" or "qmqpd" or "cleanup":
                Reject(text, at);
                break;
            case "pickup":
                break;
            default:
                FollowAgent(text, id, at);
                break;
        }
    }

    private void Join(long message, ReadOnlySpan<char> originalId, long at)
    {
        if (PostfixText.IsQueueId(originalId) && _rows.Find(originalId.ToString(), at, Grace) is { } whole)
            _rows.Join(message, whole);
    }

    /// <summary>Reads a line of qmgr(8) or of a delivery agent.</summary>
    private void FollowAgent(ReadOnlySpan<char> text, string id, long at)
    {
        if (text.StartsWith("to=<"))
        {
            FollowDelivery(text, id, at);
        }
        else if (text is "removed" && _rows.Find(id, at) is { } gone)
        {
            _rows.SetRemoved(gone, at);
        }
        else if (text.StartsWith("from=<"))
        {
            var message = _rows.FindOrBegin(id, at, at);
            var facts = text[(text.LastIndexOf(">, ") + 1)..];
            if (facts.Contains("status=expired", StringComparison.Ordinal)
                || facts.Contains("status=force-expired", StringComparison.Ordinal))
                _rows.SetExpired(message);
        }
    }

    private void FollowDelivery(ReadOnlySpan<char> text, string id, long at)
    {
        var end = text.IndexOf(">, relay=");
        if (end < 0 || !PostfixText.TryStatus(text[(end + 2)..], out var status, out var delay))
        {
            Unknown++;
            return;
        }

        var message = _rows.FindOrBegin(id, at, at - delay);
        var recipients = text[..(end + 1)];
        var asked = PostfixText.Value(recipients, "orig_to");
        var recipient = PostfixText.Value(recipients, "to");
        if (_recipients.Has(asked.IsEmpty ? recipient : asked))
            _rows.SetRequested(message);
        else if (ProviderOutcomes.NameOf(recipient, settings) is { } provider)
            _rows.SetProvider(message, provider);
        if (status is "sent")
            _rows.SetSent(message, at);
        else if (status is "deferred" or "SOFTBOUNCE")
            _rows.SetDeferred(message, PostfixText.IsForWantOfTls(text[(end + 2)..]));
        else if (status is "bounced")
            _rows.SetBounced(message);
        // local(8) forwards mail for luser_relay or an alias under a new queue id.
        var mark = text.LastIndexOf("(forwarded as ");
        if (mark >= 0 && text[^1] == ')' && text[(mark + "(forwarded as ".Length)..^1].ToString() is var next
            && PostfixText.IsQueueId(next))
            _rows.Join(_rows.FindOrBegin(next, at, at), message);
    }

    private void Reject(ReadOnlySpan<char> text, long at)
    {
        if (text.StartsWith("milter-reject: ") || text.StartsWith("reject: "))
            _rows.AddRejection(at);
    }

    /// <summary>
    /// Returns the <see cref="Reply.OutgoingReply.Name"/> of a reply from its Message-ID. Null if the Message-ID is not
    /// one of ours.
    /// </summary>
    private string? ReplyName(ReadOnlySpan<char> messageId)
    {
        var id = messageId.Trim("<>");
        var at = id.IndexOf('@');
        return at >= 0 && PostfixText.IsReplyName(id[..at])
            && settings.ResponseAddress.AsSpan().EndsWith(id[at..], StringComparison.OrdinalIgnoreCase)
            ? id[..at].ToString() : null;
    }
}
