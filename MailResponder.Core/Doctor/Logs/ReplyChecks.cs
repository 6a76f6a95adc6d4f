using System.Text;
using MailResponder.Logs;

namespace MailResponder.Doctor;

/// <summary>What became of the last messages, from the log of events.</summary>
internal static class ReplyChecks
{
    private static readonly TimeSpan Long = TimeSpan.FromDays(1);
    private static readonly string InProgress = Cause.InProgress.Hyphenated();

    public static IEnumerable<Finding> Look(Host host)
    {
        // Right after a rotation the news of yesterday is in the file before.
        List<MessageEvent> events =
            [.. LogTail.Lines(host.PathTo(LogChecks.Events + ".1")).Concat(LogTail.Lines(host.PathTo(LogChecks.Events)))
            .Select(line => MessageEvent.Read(Encoding.UTF8.GetBytes(line))).OfType<MessageEvent>()];
        const string name = "last-reply";
        var log = new FileInfo(host.PathTo(LogChecks.Events));
        if (events.Count == 0 && !host.IsRoot && log is { Exists: true, Length: > 0 })
        {
            yield return Finding.Warning(name, $"only root may read {LogChecks.Events}", "run: sudo responder doctor");
            yield break;
        }

        var replied = events.FindLast(one => one.Result == Result.Replied);
        yield return replied is null
            ? Finding.Warning(name, "the log knows of no reply",
            "mail a request to one of your addresses from outside, and look again; here: responder send --to YOU "
            + "--as ADDRESS")
            : host.Now - replied.Time > Long
                ? Finding.Warning(name, $"{(host.Now - replied.Time).InWords()} ago",
                "mail a request to one of your addresses from outside, and look at /var/log/mail.log")
                : Finding.Ok(name, (host.Now - replied.Time).InWords() + " ago");
        var deferred = events.FindLast(one => one.Result == Result.Deferred && one.Reason != InProgress);
        if (deferred is not null && !(deferred.Time <= replied?.Time) && host.Now - deferred.Time < Long)
            yield return Finding.Warning("last-deferral",
                $"{(host.Now - deferred.Time).InWords()} ago, with no reply since: {deferred.WhyNot().OneLine()}",
                "mend what it names; then: postqueue -f");
        else
            yield return Finding.Ok("last-deferral",
                replied is null ? "the log knows of none" : "none since the last reply");
    }
}
