using MailResponder.Incoming;
using MailResponder.Logs;
using MailResponder.PostfixLog;

namespace MailResponder.Doctor;

/// <summary>What a delivery agent of Postfix wrote about a probe, or about the reply to it.</summary>
/// <param name="Seen">When, since the probe began.</param>
/// <param name="Service">local, pipe, discard …</param>
/// <param name="Status">sent, deferred, bounced …</param>
/// <param name="Words">Why, in parentheses.</param>
/// <param name="IsOfReply">Whether it was about the reply.</param>
internal sealed record ProbeStep(
    TimeSpan Seen, string Service, string QueueId, string Status, string Words, bool IsOfReply)
{
    private const string StatusMark = " status=";
    private const string Forwarded = "(forwarded as ";

    public string InWords => $"{Service} of Postfix: {Status} {Words}".OneLine();

    /// <summary>The queue id under which the message went on inside of Postfix; null when it did not.</summary>
    public string? NextQueueId =>
        Words.StartsWith(Forwarded, StringComparison.Ordinal) ? Words[Forwarded.Length..].TrimEnd(')') : null;

    /// <summary>Null for every line that is not about a delivery of this probe.</summary>
    public static ProbeStep? Of(string logLine, ProbeTag tag, TimeSpan seen, DateTimeOffset now)
    {
        if (!logLine.Contains(tag.Text, StringComparison.Ordinal) || !SyslogLine.TryParse(logLine, now, out var line))
            return null;
        var text = line.Text;
        if (!PostfixText.TryQueueId(ref text, out var id) || text.IndexOf(StatusMark) is not (>= 0 and var mark))
            return null;
        var status = text[(mark + StatusMark.Length)..];
        var end = status.IndexOf(' ');
        return new ProbeStep(seen, line.Program[(line.Program.LastIndexOf('/') + 1)..].ToString(), id,
            (end < 0 ? status : status[..end]).ToString(), end < 0 ? "" : status[(end + 1)..].ToString(),
            text.StartsWith($"to=<{tag.Sink}>", StringComparison.OrdinalIgnoreCase));
    }
}
