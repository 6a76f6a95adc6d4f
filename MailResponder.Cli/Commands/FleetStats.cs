using MailResponder.Native;
using MailResponder.Statistics;
using MailResponder.Store;

namespace MailResponder.Cli;

/// <summary>`responder stats --fleet`: makes one report of all hosts that share a database.</summary>
internal static class FleetStats
{
    /// <summary>
    /// Stores this host's figures in the database, and mails a report of each day that no host has mailed yet. Returns
    /// the exit code.
    /// </summary>
    /// <param name="settings">The settings. With a SQLite database, which serves one host, nothing is done.</param>
    /// <param name="log">This host's log of events.</param>
    public static int Mail(ResponderSettings settings, string log)
    {
        if (settings.Database.MySql is null)
        {
            Console.Out.WriteLine($"no mail: the database {settings.Database.Place} belongs to this host alone");
            return ExitCode.Ok;
        }

        var clock = TimeProvider.System;
        // Count before the process becomes the service's user, who may not be allowed to read the log. If the instance
        // metadata does not answer, Ask throws: without the instance's id, this would count as another host.
        var counted = Fleet.Count(log, settings, (LocalHost.Name(), InstanceFacts.Ask()?.Id, clock.GetUtcNow()));
        ServiceUser.Become(settings);
        using var days = HostDays.Open(settings, clock);
        days.CheckClock(clock.GetUtcNow());
        var fleet = new Fleet(settings, days, clock);
        fleet.Put(counted);
        var code = ExitCode.Ok;
        var unreadable = new List<string>();
        foreach (var day in settings.Statistics is null ? [] : fleet.Due())
        {
            var report = Report(fleet, settings, day, day + 1);
            if (report.Hosts is not { Count: > 0 })
            {
                unreadable.Add(report.Span!);
                continue;
            }

            var mailed = StatsCommand.Mail(settings, () => report);
            if (mailed == ExitCode.Ok)
                days.SetMailed(day);
            else
                code = mailed;
        }

        if (unreadable.Count > 0)
            StandardError.WriteLine($"responder: no row for {string.Join(", ", unreadable)} in "
                + $"{settings.Database.Place} can be read, so no report is mailed: the rows are sealed with an address "
                + "key that this host does not have, or damaged");
        return code;
    }

    /// <summary>Makes a report of whole days in UTC.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="since">The first day is the day of this time. Null: the last day of the span.</param>
    /// <param name="until">
    /// The day of this time is the last one, but is left out if the time is its midnight. Null: today, or yesterday if
    /// <paramref name="since"/> is null as well.
    /// </param>
    /// <exception cref="ResponderException">The span is empty, or the database cannot be used.</exception>
    public static StatisticsReport Report(ResponderSettings settings, DateTimeOffset? since, DateTimeOffset? until)
    {
        var clock = TimeProvider.System;
        ServiceUser.Become(settings);
        using var days = HostDays.Open(settings, clock);
        var today = HostDays.DayOf(clock.GetUtcNow());
        var end = until is { } time ? HostDays.DayOf(time.AddTicks(-1)) + 1 : since is null ? today : today + 1;
        var first = since is { } begin ? HostDays.DayOf(begin) : end - 1;
        return first < end ? Report(new Fleet(settings, days, clock), settings, first, end)
            : throw new ResponderException(Cause.Usage, "--since: is later than today");
    }

    private static StatisticsReport Report(Fleet fleet, ResponderSettings settings, long first, long end)
    {
        var report = fleet.Report(first, end, BuildVersion.Text);
        return report with
        {
            AttachmentsAreOff = StatsCommand.AttachmentsAreOff(settings),
            Ses = report.Part("ses", () => settings.Ses is { } ses ? SesFigures.Ask(ses, report.Made) : null),
        };
    }
}
