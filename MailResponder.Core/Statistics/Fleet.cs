using System.Globalization;
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

    /// <summary>Counts the day, and after midnight the one before it too.</summary>
    /// <param name="log">The host's log of events.</param>
    /// <param name="settings">Name the database of what Postfix's log told.</param>
    /// <param name="host">Name, EC2 instance or null, and the time.</param>
    /// <exception cref="ResponderException">A log cannot be read.</exception>
    public static HostDay[] Count(
        string log, ResponderSettings settings, (string Name, string? Instance, DateTimeOffset Now) host)
    {
        var today = HostDays.DayOf(host.Now);
        var counted = HostDay.Count(today, log, settings, host);
        return host.Now - HostDays.StartOf(today) >= StillYesterday ? [counted]
            : [HostDay.Count(today - 1, log, settings, host), counted];
    }

    /// <summary>Replaces the figures of this host, unless those in the database have more messages.</summary>
    /// <remarks>
    /// They have when the log was rotated twice a day, or deleted. What Postfix's log told stays when it cannot be read
    /// now.
    /// </remarks>
    public void Put(HostDay[] counted)
    {
        foreach (var day in counted)
        {
            var before = days.Find(day.Day, Convert.FromHexString(day.Id)) is { } row ? HostDay.Of(row) : null;
            if (!(before?.Messages.Total > day.Messages.Total))
                days.Put((day with { Postfix = day.Postfix ?? before?.Postfix }).ToRow());
        }

        days.Forget(HostDays.DayOf(clock.GetUtcNow()) - HostDays.DaysKept);
    }

    /// <summary>The days whose report this host is to mail now; it has to tell when it has.</summary>
    public IEnumerable<long> Due()
    {
        var now = clock.GetUtcNow();
        return days.NotMailed(HostDays.DayOf(now - WaitForHosts)).Where(day => days.TryTake(day, now));
    }

    /// <summary>The report of all hosts, from one day to the day before another.</summary>
    public StatisticsReport Report(long first, long end, string version)
    {
        var rows = days.Read(first, end);
        HostDay[] hosts = [.. rows.Select(HostDay.Of).OfType<HostDay>()];
        var unreadable = rows.Count - hosts.Length;
        var threshold = settings.Statistics?.Threshold ?? StatisticsSettings.StandardThreshold;
        return new StatisticsReport
        {
            Made = clock.GetUtcNow(),
            Version = version,
            LogFile = "what the hosts put into " + settings.Database.Place,
            Span = (first == end - 1 ? Date(first) : $"{Date(first)} to {Date(end - 1)}") + " (UTC)",
            Hosts = [.. hosts.GroupBy(one => one.Id).Select(HostLine.Of)
                .OrderBy(line => line.Label, StringComparer.Ordinal)],
            Messages = MessageCounts.Sum(hosts.Select(one => one.Messages)).Figures(threshold),
            Threshold = threshold,
            Postfix = PostfixLogSummary.Sum(hosts.Select(one => one.Postfix), threshold) is { } postfix ? postfix with
            {
                Trend = Trend(days.Read(Math.Min(first, end - HostDays.DaysKept), end)),
            } : null,
            Problems = unreadable == 0 ? [] : new()
            {
                ["hosts"] = $"{unreadable} row(s) of hosts could not be read: sealed with an address key that this "
                    + "host has not, of another release, or damaged.",
            },
        };
    }

    private static string Date(long day) =>
        HostDays.StartOf(day).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static DayOfRequests[] Trend(IEnumerable<HostRow> rows) =>
        [.. rows.Select(HostDay.Of).OfType<HostDay>().GroupBy(one => one.Day).Select(day => new DayOfRequests(
            DateOnly.FromDateTime(HostDays.StartOf(day.Key).UtcDateTime), day.Sum(one => one.Postfix?.Received ?? 0),
            day.Sum(one => one.Postfix?.Answered ?? 0)))];
}
