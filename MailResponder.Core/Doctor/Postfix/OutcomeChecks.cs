using MailResponder.PostfixLog;
using MailResponder.Settings;
using MailResponder.Statistics;

namespace MailResponder.Doctor;

/// <summary>Whether providers took the replies of the last 24 hours.</summary>
internal static class OutcomeChecks
{
    public const string Name = "reply-outcomes";

    /// <summary>From this share on, a provider takes next to nothing from this host.</summary>
    private const double MostRefused = 0.8;

    public static IEnumerable<Finding> Look(Host host, ResponderSettings settings)
    {
        if (!host.IsRoot)
            return new Check(Name).OnlyRoot("only root can read the mail log");
        // The job that cron runs each minute: it brings the database up to date, and shows whether it can be run.
        if (host.Run(host.Program.Path, "postfix-log", "--settings", settings.File) is { Succeeded: false } run)
            return new Check(Name).Fault("what became of replies is not known: " + run.Complaint,
                "mend what it names; then: responder postfix-log");
        var summary = PostfixLogDatabase.Summarise(settings.PostfixLog.Database, host.Now.AddDays(-1), host.Now,
            settings.Statistics?.Threshold ?? StatisticsSettings.StandardThreshold);
        return Judge(summary?.Outcomes ?? []);
    }

    public static IEnumerable<Finding> Judge(IReadOnlyList<ProviderOutcomes> outcomes)
    {
        const string remedy = "see what they answer in /var/log/mail.log (status=bounced, status=deferred); look for "
            + "this host's address on block lists, and at SPF, DKIM and the reverse record above";
        var check = new Check(Name);
        foreach (var one in outcomes.Where(one => one.IsRefusing))
        {
            var isFault = one.RefusedShare >= MostRefused;
            var what = isFault ? "took next to no reply in 24 hours"
                : $"refused {Figure.Percent(one.RefusedShare)} of the replies of 24 hours";
            check.Bad(isFault, $"{one.Provider} {what}: {one}", remedy);
        }

        check.OrOk(outcomes.Sum(one => one.Total) == 0
            ? "none through this host's Postfix, and no report, in 24 hours"
            : $"in 24 hours: {string.Join("; ", outcomes.Select(one => $"{one.Provider} {one}"))}");
        return check.Concat(Tls(outcomes));
    }

    private static Check Tls(IReadOnlyList<ProviderOutcomes> outcomes)
    {
        var check = new Check("reply-tls");
        foreach (var one in outcomes.Where(one => one.IsWithoutTls))
        {
            check.Bad(
                one.WithoutTls >= MostRefused * (one.Total - one.Waiting) && one.Provider != ProviderOutcomes.Others,
                $"{one.Provider}: {Figure.Of(one.WithoutTls)} of {Figure.Of(one.Total)} replies of 24 hours "
                + "could not be sent for want of TLS",
                "see why in /var/log/mail.log (dsn=4.7.4: no TLS, dsn=4.7.5: not the right certificate), and "
                + "docs/tls.md");
        }

        return check.OrOk(outcomes.Sum(one => one.WithoutTls) is > 0 and var few
            ? $"{Figure.Of(few)} of the replies of 24 hours could not be sent for want of TLS"
            : "no reply of 24 hours was held back for want of TLS");
    }
}
