using MailResponder.Incoming;
using MailResponder.Logs;
using MailResponder.PostfixLog;

namespace MailResponder.Doctor;

/// <summary>Follows a probe and its reply in the logs of Postfix and of the responder.</summary>
/// <param name="mailLog">The path of Postfix's log.</param>
internal sealed class ProbeWatch(Host host, ProbeTag tag, string mailLog)
{
    /// <summary>
    /// How long to wait for the responder's event. rsyslogd writes it within a second (rsyslog/20-mail_responder.conf).
    /// </summary>
    private static readonly TimeSpan MaxDelayOfLog = TimeSpan.FromSeconds(3);

    private readonly long _begin = host.Clock.GetTimestamp();
    private readonly LogTail _mailLog = new(host.PathTo(mailLog), maxBytes: 0);
    private readonly LogTail _eventLog = new(host.PathTo(LogChecks.Events), maxBytes: 0);
    private readonly List<ProbeStep> _steps = [];
    private readonly List<MessageEvent> _events = [];

    public TimeSpan Elapsed => host.Clock.GetElapsedTime(_begin);

    /// <summary>The delivery that ran the responder. Null until the responder has ended.</summary>
    public ProbeStep? Handed => _steps.Find(step => step is { IsOfReply: false, NextQueueId: null, Status: "sent" });

    /// <summary>The delivery of the reply. Null until Postfix has delivered it.</summary>
    public ProbeStep? Replied => _steps.Find(step => step is { IsOfReply: true, Status: "sent" });

    /// <summary>The queue ids of the probe and its reply.</summary>
    public IEnumerable<string?> QueueIds => _steps.SelectMany(step => new[] { step.QueueId, step.NextQueueId });

    /// <summary>The responder's own event for the probe. Null until it is logged.</summary>
    public MessageEvent? Answer => _events.Find(one => _steps.Exists(step => step.QueueId == one.QueueId));

    /// <summary>What went wrong, once that is certain. Null if nothing has gone wrong so far.</summary>
    public string? Problem
    {
        get
        {
            if (Answer is { Reason: not null } answer)
                return $"the responder: {answer.WhyNot()}".OneLine();
            var isLate = _steps.Count > 0 && Elapsed - _steps[^1].Seen > MaxDelayOfLog;
            // After a deferral by pipe(8), wait for the responder's event: it tells more.
            if (_steps.Find(step => step.Status != "sent") is { } failed)
                return failed.Service != "pipe" || isLate ? failed.InWords : null;
            return Answer is null && isLate && Handed is { } handed
                ? $"{LogChecks.Events} has no line about it from the responder; {handed.InWords}" : null;
        }
    }

    /// <summary>How far the probe got before the time limit.</summary>
    public string Unfinished => _steps.Count == 0
        ? $"it was accepted into the queue, but {mailLog} has nothing more about it within the time limit"
        : (Handed is null ? "the responder did not finish with it" : "its reply did not reach discard")
            + $" within the time limit; last: {_steps[^1].InWords}";

    /// <summary>Reads what was logged since the last call.</summary>
    public void Look()
    {
        var seen = Elapsed;
        _steps.AddRange(_mailLog.NewLines().Select(line => ProbeStep.Of(line, tag, seen, host.Now))
            .OfType<ProbeStep>());
        _events.AddRange(_eventLog.NewEvents());
    }
}

/// <summary>A log line of a Postfix delivery agent about a probe, or about the reply to it.</summary>
/// <param name="Seen">When the line was read, counted from the start of the probe.</param>
/// <param name="Service">The delivery agent: local, pipe, discard …</param>
/// <param name="Status">The result: sent, deferred, bounced …</param>
/// <param name="Words">The reason, in parentheses.</param>
/// <param name="IsOfReply">Whether the line is about the reply and not about the probe.</param>
internal sealed record ProbeStep(
    TimeSpan Seen, string Service, string QueueId, string Status, string Words, bool IsOfReply)
{
    private const string StatusMark = " status=";
    private const string Forwarded = "(forwarded as ";

    public string InWords => $"Postfix's {Service}: {Status} {Words}".OneLine();

    /// <summary>The queue id under which local(8) forwarded the message inside Postfix. Null if it did not.</summary>
    public string? NextQueueId =>
        Words.StartsWith(Forwarded, StringComparison.Ordinal) ? Words[Forwarded.Length..].TrimEnd(')') : null;

    /// <summary>
    /// Parses a line of Postfix's log. Null if it is not about a delivery of this probe or its reply.
    /// </summary>
    public static ProbeStep? Of(string logLine, ProbeTag tag, TimeSpan seen, DateTimeOffset now)
    {
        if (!logLine.Contains(tag.Text, StringComparison.Ordinal) || !SyslogLine.TryParse(logLine, now, out var line))
            return null;
        var text = line.Text;
        if (!PostfixText.TryQueueId(ref text, out var id) || text.IndexOf(StatusMark) is not (>= 0 and var mark))
            return null;
        var status = $"{text[(mark + StatusMark.Length)..]} ".Split(' ', 2);
        return new ProbeStep(seen, line.Program[(line.Program.LastIndexOf('/') + 1)..].ToString(), id, status[0],
            status[1].TrimEnd(), text.StartsWith($"to=<{tag.Sink}>", StringComparison.OrdinalIgnoreCase));
    }
}
