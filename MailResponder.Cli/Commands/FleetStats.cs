using MailResponder.Logs;
using MailResponder.Native;
using MailResponder.Settings;
using MailResponder.Statistics;
using MailResponder.Store;

namespace MailResponder.Cli;

/// <summary>`responder stats --fleet`: one report of all hosts that share a database.</summary>
internal static class FleetStats
{
    /// <summary>Puts this host's figures into the database, and mails the days that no host has mailed.</summary>
    /// <param name="settings">With a database of one host nothing is done.</param>
    /// <param name="log">This host's log of events.</param>
    public static int Mail(ResponderSettings settings, string log)
    {
        if (settings.Database.MySql is null)
        {
            Console.Out.WriteLine($"no mail: the database {settings.Database.Place} is of this host alone");
            return ExitCode.Ok;
        }

        var clock = TimeProvider.System;
        // Before it goes on as the service's user, who may not read the log. A host whose instance is unknown for once
        // must not count as another host.
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
            StandardError.WriteLine($"responder: no row of {string.Join(", ", unreadable)} in "
                + $"{settings.Database.Place} can be read, so no report is mailed: they are sealed with an address key "
                + "that this host has not, or damaged");
        return code;
    }

    /// <param name="since">Null: yesterday.</param>
    /// <param name="until">Its day is left out when it begins it; null: with today, or without when there is no begin.
    /// </param>
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
