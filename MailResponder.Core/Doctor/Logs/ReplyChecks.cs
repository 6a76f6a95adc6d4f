using MailResponder.Logs;

namespace MailResponder.Doctor;

/// <summary>What became of the last messages, from the log of events.</summary>
internal static class ReplyChecks
{
    private static readonly TimeSpan Long = TimeSpan.FromDays(1);
    private static readonly string InProgress = Cause.InProgress.Hyphenated();

    public static IEnumerable<Finding> Look(Host host)
    {
        var (reply, deferral) = (new Check("last-reply"), new Check("last-deferral"));
        // Right after a rotation the last messages are in the rotated file.
        List<MessageEvent> events = [.. new LogTail(host.PathTo(LogChecks.Events + ".1")).NewEvents(),
            .. new LogTail(host.PathTo(LogChecks.Events)).NewEvents()];
        var log = new FileInfo(host.PathTo(LogChecks.Events));
        if (events.Count == 0 && !host.IsRoot && log is { Exists: true, Length: > 0 })
            return reply.OnlyRoot($"only root may read {LogChecks.Events}");
        var replied = events.FindLast(one => one.Result == Result.Replied)?.Time ?? default;
        var deferred = events.FindLast(one => one.Result == Result.Deferred && one.Reason != InProgress);
        const string remedy = "mail a request to one of your addresses from outside, and look ";
        if (replied == default)
            reply.Warning("the log knows of no reply",
                remedy + "again; here: responder send --to YOU --as ADDRESS");
        else if (host.Now - replied > Long)
            reply.Warning($"{(host.Now - replied).InWords()} ago", remedy + "at /var/log/mail.log");
        if (deferred?.Time > replied && host.Now - deferred.Time < Long)
            deferral.Warning(
                $"{(host.Now - deferred.Time).InWords()} ago, with no reply since: {deferred.WhyNot().OneLine()}",
                "mend what it names; then: postqueue -f");
        return
        [
            .. reply.OrOk((host.Now - replied).InWords() + " ago"),
            .. deferral.OrOk(replied == default ? "the log knows of none" : "none since the last reply"),
        ];
    }
}
