using System.Globalization;
using MailResponder.PostfixLog;
using MailResponder.Settings;
using MailResponder.Store;

namespace MailResponder.Statistics;

/// <summary>
/// Stores this host's figures in the database of its fleet, and makes the report of all hosts. Hosts store exact
/// figures; the threshold that hides rare addresses applies to their sum.
/// </summary>
internal sealed class Fleet(ResponderSettings settings, HostDays days, TimeProvider clock)
{
    /// <summary>
    /// How long after one host has counted the whole day its report is mailed. Every host counts every ten minutes, so
    /// by then all have, even if the database could not be used all night.
    /// </summary>
    private static readonly TimeSpan WaitForHosts = TimeSpan.FromMinutes(15);

    /// <summary>How long after a day its report is mailed if no host has counted all of it.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(6);

    /// <summary>Counts yesterday in UTC and today.</summary>
    /// <param name="log">The host's log of events.</param>
    /// <param name="settings">The settings, which name the database of <see cref="PostfixLogDatabase"/>.</param>
    /// <param name="host">The host's name, the id of its EC2 instance or null, and the current time.</param>
    /// <exception cref="ResponderException">A log cannot be read.</exception>
    public static HostDay[] Count(
        string log, ResponderSettings settings, (string Name, string? Instance, DateTimeOffset Now) host)
    {
        var today = HostDays.DayOf(host.Now);
        return [HostDay.Count(today - 1, log, settings, host), HostDay.Count(today, log, settings, host)];
    }

    /// <summary>
    /// Replaces this host's figures in the database, unless the stored ones are those of the whole day, or count more
    /// messages. Stores no row for a former day without mail, when this host perhaps did not exist. Deletes old days.
    /// </summary>
    /// <remarks>
    /// The stored figures count more messages if the log was rotated twice in a day, or deleted. The stored figures of
    /// Postfix's log are kept if there are no new ones.
    /// </remarks>
    /// <exception cref="ResponderException">The database cannot be used now.</exception>
    public void Put(HostDay[] counted)
    {
        var today = HostDays.DayOf(clock.GetUtcNow());
        foreach (var day in counted)
        {
            var before = days.Find(day.Day, Convert.FromHexString(day.Id)) is { } row ? HostDay.Of(row) : null;
            if (before is null ? day.Day == today || !day.IsEmpty
                : !before.IsWhole && before.Messages.Total <= day.Messages.Total)
                days.Put((day with { Postfix = day.Postfix ?? before?.Postfix }).ToRow());
        }

        days.Forget(today - HostDays.DaysKept);
    }

    /// <summary>
    /// Returns the days whose report this host must mail now. No other host mails them until
    /// <see cref="HostDays.MailingTime"/> has passed. The caller calls <see cref="HostDays.SetMailed"/> after mailing.
    /// </summary>
    /// <exception cref="ResponderException">The database cannot be used now.</exception>
    public IEnumerable<long> Due()
    {
        var now = clock.GetUtcNow();
        return days.NotMailed(HostDays.DayOf(now)).Where(day => DueAt(day) <= now && days.TryTake(day, now));
    }

    /// <summary>
    /// Makes the report of all hosts, from the day <paramref name="first"/> to the day before <paramref name="end"/>.
    /// </summary>
    /// <exception cref="ResponderException">The database cannot be used now.</exception>
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
            LogFile = "the figures that the hosts stored in " + settings.Database.Place,
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
                ["hosts"] = $"{unreadable} row(s) of hosts could not be read: they are sealed with an address key that "
                    + "this host does not have, come from another release, or are damaged.",
            },
        };
    }

    private DateTimeOffset DueAt(long day)
    {
        var whole = days.Read(day, day + 1).Select(HostDay.Of).OfType<HostDay>().Where(host => host.IsWhole).ToList();
        return whole.Count > 0 ? whole.Min(host => host.Counted) + WaitForHosts
            : HostDays.StartOf(day + 1) + LongestWait;
    }

    private static string Date(long day) =>
        HostDays.StartOf(day).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static DayOfRequests[] Trend(IEnumerable<HostRow> rows) =>
        [.. rows.Select(HostDay.Of).OfType<HostDay>().GroupBy(one => one.Day).Select(day => new DayOfRequests(
            DateOnly.FromDateTime(HostDays.StartOf(day.Key).UtcDateTime), day.Sum(one => one.Postfix?.Received ?? 0),
            day.Sum(one => one.Postfix?.Answered ?? 0)))];
}
