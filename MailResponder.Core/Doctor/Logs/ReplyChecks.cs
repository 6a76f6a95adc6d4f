namespace MailResponder.Doctor;

/// <summary>What became of the last messages, from the log.</summary>
internal static class ReplyChecks
{
    private static readonly TimeSpan Long = TimeSpan.FromDays(1);
    private static readonly string InProgress = Cause.InProgress.Hyphenated();

    public static IEnumerable<Finding> Look(Host host)
    {
        var (reply, deferral) = (new Check("last-reply"), new Check("last-deferral"));
        // Right after a rotation the last messages are in the rotated file.
        var messages = new LogTail(host.PathTo(LogChecks.Log + ".1")).NewMessages()
            .Concat(new LogTail(host.PathTo(LogChecks.Log)).NewMessages()).ToList();
        var log = new FileInfo(host.PathTo(LogChecks.Log));
        if (messages.Count == 0 && !host.IsRoot && log is { Exists: true, Length: > 0 })
            return reply.OnlyRoot($"only root may read {LogChecks.Log}");
        var replied = messages.FindLast(line => line.Message.Result == Result.Replied).Message.Time;
        var deferred = messages.FindLast(line =>
            line.Message.Result == Result.Deferred && line.Message.Reason != InProgress);
        const string remedy = "mail a request to one of your addresses from outside, and look ";
        if (replied == default)
            reply.Warning("the log knows of no reply",
                remedy + "again; here: responder send --to YOU --as ADDRESS");
        else if (host.Now - replied > Long)
            reply.Warning($"{(host.Now - replied).InWords()} ago", remedy + "at /var/log/mail.log");
        if (deferred.Message.Time > replied && host.Now - deferred.Message.Time < Long)
            deferral.Warning(
                $"{(host.Now - deferred.Message.Time).InWords()} ago, with no reply since: {deferred.Words}",
                "mend what it names; then: postqueue -f");
        return
        [
            .. reply.OrOk((host.Now - replied).InWords() + " ago"),
            .. deferral.OrOk(replied == default ? "the log knows of none" : "none since the last reply"),
        ];
    }
}
