using MailResponder.Canary;
using MailResponder.Logs;
using MailResponder.PostfixLog;
using MailResponder.Settings;
using MailResponder.Statistics;

namespace MailResponder.Doctor;

/// <summary>
/// Checks what happened to the last messages, by the event log, the canaries, and what providers answered.
/// </summary>
internal static class ReplyChecks
{
    public const string Name = "reply-outcomes";

    /// <summary>From this share of refusals on, a provider accepts next to nothing from this host.</summary>
    private const double MostRefused = 0.8;
    private static readonly TimeSpan Long = TimeSpan.FromDays(1);
    private static readonly string InProgress = Cause.InProgress.Hyphenated();

    public static IEnumerable<Finding> Last(Host host)
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
        const string remedy = "mail a request to one of your addresses from outside, and look at /var/log/mail.log";
        if (replied == default)
            reply.Warning("the log has no reply", remedy);
        else if (reply.NotYet(host, replied) is null && host.Now - replied > Long)
            reply.Warning($"{(host.Now - replied).InWords()} ago", remedy);
        if (deferred?.Time > replied && host.Now - deferred.Time < Long)
            deferral.Warning(
                $"{(host.Now - deferred.Time).InWords()} ago, with no reply since: {deferred.WhyNot().OneLine()}",
                "fix what it names; then: postqueue -f");
        return
        [
            .. reply.OrOk((host.Now - replied).InWords() + " ago"),
            .. deferral.OrOk(replied == default ? "the log has none" : "none since the last reply"),
        ];
    }

    /// <summary>Checks whether the mailboxes of the setting `canary` got their replies recently.</summary>
    public static IEnumerable<Finding> Canaries(Host host, ResponderSettings settings)
    {
        const string remedy = "run: responder canary, which says why; docs/canary.md";
        var check = new Check("canary");
        foreach (var (name, record) in CanaryRecord.Load(settings))
        {
            if (record.LastSuccess is not { } success)
                check.Warning($"{name} has never received its replies as it should", remedy);
            else if (check.NotYet(host, success, $"{name} last received its replies as it should ") is not null)
                continue;
            else if (host.Now - success > Long)
                check.Warning($"{name} last received its replies as it should "
                    + $"{(host.Now - success).InWords()} ago", remedy);
            else if (record.IsWrong)
                check.Warning($"something was wrong with the last replies to {name}", remedy);
        }

        return settings.Canary.Count == 0 ? [] : check.OrOk($"all well within the last day: {settings.Canary.Count}");
    }

    /// <summary>Checks whether providers accepted the replies of the last 24 hours.</summary>
    public static IEnumerable<Finding> Taken(Host host, ResponderSettings settings)
    {
        if (!host.IsRoot)
            return new Check(Name).OnlyRoot("only root can read the mail log");
        // Run the job that cron runs each minute. This brings the database up to date, and shows whether the job can
        // run.
        if (host.Run(host.Program.Path, "postfix-log", "--settings", settings.File) is { Succeeded: false } run)
            return new Check(Name).Fault("cannot tell what happened to replies: " + run.Complaint,
                "fix what it names; then: responder postfix-log");
        return Judge(PostfixLogDatabase.CountOutcomes(
            settings.PostfixLog.Database, host.Now.AddDays(-1), host.Now,
            settings.Statistics?.Threshold ?? StatisticsSettings.StandardThreshold) ?? []);
    }

    public static IEnumerable<Finding> Judge(IReadOnlyList<ProviderOutcomes> outcomes)
    {
        var (check, tls) = (new Check(Name), new Check("reply-tls"));
        foreach (var one in outcomes.Where(one => one.IsRefusing))
        {
            var isFault = one.RefusedShare >= MostRefused;
            var what = isFault ? "accepted almost no reply in 24 hours"
                : $"refused {Figure.Percent(one.RefusedShare)} of the replies in 24 hours";
            check.Bad(isFault, $"{one.Provider} {what}: {one}",
                "see what they answer in /var/log/mail.log (status=bounced, status=deferred; dsn=4.4.1: no connection, "
                + "perhaps because the hosting provider blocks port 25); check whether this host's address is on block "
                + "lists, and check SPF, DKIM and reverse DNS above");
        }

        foreach (var one in outcomes.Where(one => one.IsWithoutTls))
            tls.Bad(
                one.WithoutTls >= MostRefused * one.Tried && one.Provider != ProviderOutcomes.Others,
                $"{one.Provider}: {Figure.Of(one.WithoutTls)} of {Figure.Of(one.Total)} replies in 24 hours "
                + "could not be sent for want of TLS",
                "see why in /var/log/mail.log (dsn=4.7.4: no TLS, dsn=4.7.5: not the right certificate), and "
                + "docs/tls.md");
        return
        [
            .. check.OrOk(outcomes.Sum(one => one.Total) == 0
                ? "none through this host's Postfix, and no report, in 24 hours"
                : $"in 24 hours: {string.Join("; ", outcomes.Select(one => $"{one.Provider} {one}"))}"),
            .. tls.OrOk(outcomes.Sum(one => one.WithoutTls) is > 0 and var few
                ? $"{Figure.Of(few)} of the replies in 24 hours could not be sent for want of TLS"
                : "no reply in 24 hours was held back for want of TLS"),
        ];
    }
}
