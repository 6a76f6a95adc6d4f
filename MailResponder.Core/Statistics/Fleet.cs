using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MailResponder.Files;
using MailResponder.PostfixLog;
using MailResponder.Settings;
using MailResponder.Store;

namespace MailResponder.Statistics;

/// <summary>
/// What this host puts into the database of its fleet, and the report of all hosts. Every host counts whole, and the
/// threshold below which nothing shows applies to their sum.
/// </summary>
internal sealed class Fleet(ResponderSettings settings, HostDays days, TimeProvider clock)
{
    /// <summary>
    /// After midnight the last messages of the day are still being counted: each host counts every ten minutes.
    /// </summary>
    private static readonly TimeSpan WaitForHosts = TimeSpan.FromMinutes(30);

    /// <summary>How long after midnight the day before is counted once more.</summary>
    private static readonly TimeSpan StillYesterday = TimeSpan.FromHours(2);

    /// <summary>Yesterday's figures count once more, for messages and replies that came after the last time.</summary>
    /// <param name="log">The host's log of events.</param>
    /// <param name="settings">Where Postfix's log is counted.</param>
    /// <param name="name">Of the host.</param>
    /// <param name="instance">The EC2 instance that it is; null for another host.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="ResponderException">A log cannot be read.</exception>
    public static List<(long Day, HostDay Figures)> Count(
        string log, ResponderSettings settings, string name, string? instance, DateTimeOffset now)
    {
        var today = HostDays.DayOf(now);
        long[] counted = now - HostDays.StartOf(today) < StillYesterday ? [today - 1, today] : [today];
        return [.. counted.Select(day => (day, HostDay.Count(day, log, settings, (name, instance), now)))];
    }

    /// <summary>Replaces the figures of this host, unless those in the database have more messages.</summary>
    /// <remarks>They have when the log was rotated twice a day, or deleted.</remarks>
    public void Put(IEnumerable<(long Day, HostDay Figures)> counted)
    {
        foreach (var (day, figures) in counted)
        {
            var host = IdOf(figures);
            var before = days.Find(day, host) is { } found ? HostDay.Read(found) : null;
            if (!(before?.Messages.Messages > figures.Messages.Messages))
                days.Put(day, host, figures.ToJson());
        }

        days.Forget(HostDays.DayOf(clock.GetUtcNow()) - HostDays.DaysKept);
    }

    /// <summary>The days whose report this host is to mail now; it has to tell when it has.</summary>
    public IEnumerable<long> Due()
    {
        var now = clock.GetUtcNow();
        return days.NotMailed(HostDays.DayOf(now - WaitForHosts)).Where(day => days.TryTake(day, now));
    }

    public StatisticsReport Report(long first, long end, string version)
    {
        var problems = new OrderedDictionary<string, string>();
        var all = new List<(long Day, string Host, HostDay Figures)>();
        var unread = 0;
        foreach (var (day, host, figures) in days.Read(Math.Min(first, end - HostDays.DaysKept), end))
        {
            if (figures is not null && HostDay.Read(figures) is { } read)
                all.Add((day, Convert.ToHexString(host), read));
            else if (day >= first)
                unread++;
        }

        if (unread > 0)
            problems.Add("hosts", $"{unread} row(s) of hosts could not be read: sealed with an address key that this "
                + "host has not, by another release, or damaged.");
        var own = all.FindAll(one => one.Day >= first);
        var counts = new MessageCounts(null, null, TimeZoneInfo.Utc);
        own.ForEach(one => counts.Add(one.Figures.Messages));
        var threshold = settings.Statistics?.Threshold ?? StatisticsSettings.StandardThreshold;
        var last = end - 1;
        return new StatisticsReport
        {
            Made = clock.GetUtcNow(),
            Version = version,
            LogFile = "what the hosts put into " + settings.Database.Place,
            Span = first == last ? $"{Date(first)} (UTC)" : $"{Date(first)} to {Date(last)} (UTC)",
            Hosts = [.. own.GroupBy(one => one.Host).Select(host => HostLine.Of([.. host.Select(one => one.Figures)]))
                .OrderBy(line => line.Label, StringComparer.Ordinal)],
            Messages = counts.Figures(threshold),
            Threshold = threshold,
            Postfix = Sum([.. own.Select(one => one.Figures.Postfix).OfType<PostfixLogSummary>()], threshold) is { } sum
                ? sum with { Trend = Trend(all) } : null,
            Problems = problems,
        };
    }

    /// <summary>
    /// Which host it is: two may have one name. Not hashed with the address key, which may change within a day.
    /// </summary>
    private static byte[] IdOf(HostDay host) => SHA256.HashData(Encoding.UTF8.GetBytes(
        $"{host.Host}\0{host.Instance ?? MachineId()}"));

    /// <summary>Of machine-id(5); empty where there is none.</summary>
    private static string MachineId()
    {
        try
        {
            return File.ReadAllText("/etc/machine-id").Trim();
        }
        catch (Exception exception) when (FileTrouble.Is(exception))
        {
            return "";
        }
    }

    private static string Date(long day) =>
        HostDays.StartOf(day).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static PostfixLogSummary? Sum(List<PostfixLogSummary> all, int threshold) => all.Count == 0 ? null : new()
    {
        Received = all.Sum(one => one.Received),
        Answered = all.Sum(one => one.Answered),
        Deferred = all.Sum(one => one.Deferred),
        Expired = all.Sum(one => one.Expired),
        Rejected = all.Sum(one => one.Rejected),
        MaximumSeconds = all.Max(one => one.MaximumSeconds),
        Outcomes = ProviderOutcomes.Merged([.. all.SelectMany(one => one.Outcomes).GroupBy(one => one.Provider)
            .Select(provider => ProviderOutcomes.Sum(provider.Key, provider))], threshold),
    };

    private static List<DayOfRequests> Trend(List<(long Day, string Host, HostDay Figures)> all) =>
        [.. all.GroupBy(one => one.Day).OrderBy(day => day.Key).Select(day => new DayOfRequests(
            DateOnly.FromDateTime(HostDays.StartOf(day.Key).UtcDateTime),
            day.Sum(one => one.Figures.Postfix?.Received ?? 0), day.Sum(one => one.Figures.Postfix?.Answered ?? 0)))];
}
