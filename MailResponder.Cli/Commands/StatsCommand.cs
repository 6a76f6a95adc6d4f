using System.Globalization;
using MailResponder.Book;
using MailResponder.Canary;
using MailResponder.Delivery;
using MailResponder.PostfixLog;
using MailResponder.Statistics;

namespace MailResponder.Cli;

/// <summary>
/// `responder stats`: reports the numbers in the log, and what Postfix, Amazon SES and the host report now.
/// </summary>
internal static class StatsCommand
{
    private static string[] TimeForms =>
        ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ssK"];

    public static Command New()
    {
        var log = CommandLine.TextOption(
            "--log", "FILE", "The log of events, plain or .gz [default: the one that was rotated last]");
        var since = CommandLine.TextOption("--since", "TIME",
            "Leave out messages before this time: 2026-11-21 or 2026-11-21T08:30, with Z or +02:00 if it is not in "
            + "this host's time zone");
        var until = CommandLine.TextOption("--until", "TIME", "Leave out messages at this time or later");
        var email = CommandLine.Switch(
            "--email", "Mail the report to the address in the settings (statistics.to); do nothing if they have none");
        var html = CommandLine.TextOption("--html", "FILE", "Write the report to this file, as one HTML page");
        var json = CommandLine.Switch("--json", "Print the report as JSON");
        var fleet = CommandLine.Switch("--fleet", "Report on all hosts that share a MySQL database, by days in UTC "
            + "[default: yesterday]; with --email (for cron), store this host's numbers in it, and mail the report of "
            + "each finished day once");
        var command = CommandLine.New("stats", "Show or mail statistics: answers, reasons, times, queue, SES, host",
            result =>
        {
            var (isFleet, isMailed, file) = (result.GetValue(fleet), result.GetValue(email), result.GetValue(log));
            var (settings, problem) = Settings(result.GetValue(CommandLine.SettingsOption), isFleet || isMailed);
            if (isFleet && isMailed)
                return FleetStats.Mail(settings!, file ?? MessageEvent.StandardLog);
            var zone = isFleet ? DateTimeStyles.AssumeUniversal : DateTimeStyles.AssumeLocal;
            var span = (Since: Time("--since", result.GetValue(since), zone),
                Until: Time("--until", result.GetValue(until), zone));
            if (span.Since >= span.Until)
                throw new ResponderException(Cause.Usage, "--since: is not before --until");
            if (isMailed && settings!.Database.MySql is not null && file is null)
            {
                Console.Out.WriteLine($"no mail: the hosts that share the database {settings.Database.Place} mail one "
                    + "report of all, with: responder stats --fleet --email");
                return ExitCode.Ok;
            }

            if (isMailed)
                return Mail(settings!, () => Report(settings, problem, file, span));
            var report = isFleet ? FleetStats.Report(settings!, span.Since, span.Until)
                : Report(settings, problem, file, span);
            var page = result.GetValue(html);
            OutputFile.Write(page, page is not null ? HtmlReport.Of(report)
                : result.GetValue(json) ? JsonReport.Of(report) : TextReport.Of(report));
            return ExitCode.Ok;
        }, log, since, until, email, html, json, fleet);
        command.Validators.Add(result =>
        {
            if (new Option[] { email, html, json }.Count(option => result.GetResult(option) is { Implicit: false }) > 1)
                result.AddError("--email, --html and --json cannot be combined");
            if (result.GetValue(fleet) && result.GetValue(email)
                ? result.GetValue(since) is not null || result.GetValue(until) is not null
                : result.GetValue(fleet) && result.GetValue(log) is not null)
            {
                result.AddError("--fleet allows --log only with --email, and --since and --until only without it");
            }
        });
        return command;
    }

    /// <summary>
    /// Reads the settings. If they cannot be read but are neither needed nor named on the command line, returns the
    /// problem instead: the log is counted without settings, and the report shows the problem.
    /// </summary>
    /// <exception cref="ResponderException">The settings are needed or named, and cannot be read.</exception>
    private static (ResponderSettings? Settings, string? Problem) Settings(string? named, bool areNeeded)
    {
        try
        {
            return (SettingsFile.Load(SettingsPath.Find(named)), null);
        }
        catch (ResponderException exception) when (named is null && !areNeeded)
        {
            return (null, exception.Message);
        }
    }

    /// <summary>
    /// Mails the report to the address in the settings; sends nothing if they name none. Returns the exit code.
    /// </summary>
    public static int Mail(ResponderSettings settings, Func<StatisticsReport> report)
    {
        if (settings.Statistics is not { } statistics)
        {
            Console.Out.WriteLine($"no mail: {settings.File} has no \"statistics\": {{ \"to\": \"you@example.com\" }}");
            return ExitCode.Ok;
        }

        var sent = StatisticsMail.Send(report(), settings, statistics, TimeProvider.System);
        if (sent.Status != SendStatus.Sent)
        {
            StandardError.WriteLine("responder: the statistics were not sent: " + sent.Detail);
            return sent.Status is SendStatus.Temporary or SendStatus.Unknown ? ExitCode.TemporaryFailure
                : ExitCode.Unavailable;
        }

        Console.Out.WriteLine("sent: " + sent.Detail);
        return ExitCode.Ok;
    }

    private static StatisticsReport Report(
        ResponderSettings? settings, string? problem, string? log, (DateTimeOffset? Since, DateTimeOffset? Until) span)
    {
        var file = log ?? LogFile.LastRotated();
        var counts = new MessageCounts(span.Since, span.Until, TimeProvider.System.LocalTimeZone);
        LogFile.Count(file, counts);
        var threshold = settings?.Statistics?.Threshold ?? StatisticsSettings.StandardThreshold;
        var messages = counts.Figures(threshold);
        var now = TimeProvider.System.GetLocalNow();
        var report = new StatisticsReport
        {
            Made = now,
            Version = BuildVersion.Text,
            LogFile = Path.GetFullPath(file),
            Messages = messages,
            AttachmentsAreOff = settings is not null && AttachmentsAreOff(settings),
            Threshold = threshold,
        };
        if (problem is not null)
            report.Problems.Add("settings", problem);
        return report with
        {
            Postfix = report.Part("postfix", () => Postfix(settings, file, messages, span, threshold)),
            Ses = report.Part("ses", () => settings?.Ses is { } ses ? SesFigures.Ask(ses, now) : null),
            Queue = report.Part("queue", PostfixQueue.CountByName),
            Host = report.Part("host", HostFacts.Read),
            Instance = report.Part("instance", InstanceFacts.Ask),
            Canary = report.Part("canary",
                () => settings is { Canary.Count: > 0 } ? CanaryRecord.Load(settings) : null),
        };
    }

    /// <summary>Returns whether the response book switches attachments off. False if it cannot be read.</summary>
    public static bool AttachmentsAreOff(ResponderSettings settings) =>
        ResponseBookFile.Check(settings.ResponseBook, [])?.AttachmentsOffLine is not null;

    /// <summary>
    /// Summarizes Postfix's log for the requested span, or else for the whole days of the responder's log: from the day
    /// in which it was made or has its first message to the day of its last. Mail that arrived while the responder
    /// could not even start is in Postfix's log only. Null if <see cref="PostfixLogDatabase"/> has no data.
    /// </summary>
    private static PostfixLogSummary? Postfix(ResponderSettings? settings, string log, MessageFigures messages,
        (DateTimeOffset? Since, DateTimeOffset? Until) span, int threshold)
    {
        DateTimeOffset made = File.GetCreationTime(log);
        var since = span.Since ?? Midnight(messages.First < made ? messages.First.Value : made);
        var until = span.Until ?? Midnight((messages.Last ?? made).AddDays(1));
        return since < until ? PostfixLogDatabase.Summarise(
            settings?.PostfixLog.Database ?? PostfixLogSettings.DefaultDatabase, since, until, threshold) : null;

        static DateTimeOffset Midnight(DateTimeOffset time) => time.LocalDateTime.Date;
    }

    /// <exception cref="ResponderException">The text is not a time.</exception>
    private static DateTimeOffset? Time(string option, string? text, DateTimeStyles zone) => text is null ? null
        : DateTimeOffset.TryParseExact(
            text, TimeForms, CultureInfo.InvariantCulture, zone, out var time) ? time
        : throw new ResponderException(Cause.Usage,
            $"{option}: \"{text}\" is not a time like 2026-11-21, 2026-11-21T08:30 or 2026-11-21T08:30:00Z");
}
