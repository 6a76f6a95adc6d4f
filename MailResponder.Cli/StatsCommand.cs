using System.CommandLine;
using System.Globalization;
using MailResponder.Canary;
using MailResponder.Delivery;
using MailResponder.Logs;
using MailResponder.PostfixLog;
using MailResponder.Settings;
using MailResponder.Statistics;

namespace MailResponder.Cli;

/// <summary>`responder stats`: what the log says, with what Postfix, Amazon SES and the host say now.</summary>
internal sealed class StatsCommand : Command
{
    private static readonly string[] TimeForms =
        ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ssK"];

    public StatsCommand() : base("stats",
        "Show or mail the numbers of the log: answers, reasons, times, queue, SES, host")
    {
        var log = new Option<string?>("--log")
        {
            Description = "The log of events, plain or .gz [default: the one that was rotated last]",
            HelpName = "FILE",
        };
        var since = new Option<string?>("--since")
        {
            Description =
                "Leave out what is earlier: 2026-11-21 or 2026-11-21T08:30, with Z or +02:00 when it is not this "
                + "host's time",
            HelpName = "TIME",
        };
        var until = new Option<string?>("--until")
        {
            Description = "Leave out this time and what is later",
            HelpName = "TIME",
        };
        var email = new Option<bool>("--email")
        {
            Description = "Mail it to the one whom the settings name (statistics.to); without that do nothing",
        };
        var html = new Option<string?>("--html")
        {
            Description = "Write it into a file, as one HTML page",
            HelpName = "FILE",
        };
        var json = new Option<bool>("--json") { Description = "Print it for programs" };
        foreach (var option in (Option[])[log, since, until, email, html, json])
            Add(option);
        Validators.Add(result =>
        {
            if (new Option[] { email, html, json }.Count(option => result.GetResult(option) is { Implicit: false }) > 1)
                result.AddError("--email, --html and --json exclude each other");
        });
        SetAction(result =>
        {
            var settings = new FoundSettings(result.GetValue(CommandLine.SettingsOption));
            var span = Span(result.GetValue(since), result.GetValue(until));
            if (result.GetValue(email))
                return Mail(settings, result.GetValue(log), span);
            var report = Report(settings, result.GetValue(log), span);
            if (result.GetValue(html) is { } file)
                OutputFile.Write(file, HtmlReport.Of(report));
            else
                Console.Out.Write(result.GetValue(json) ? JsonReport.Of(report) : TextReport.Of(report));
            return ExitCode.Ok;
        });
    }

    private static int Mail(FoundSettings found, string? log, (DateTimeOffset? Since, DateTimeOffset? Until) span)
    {
        var settings = found.Settings ?? throw new ResponderException(Cause.Settings, found.Problem!);
        if (settings.Statistics is not { } statistics)
        {
            Console.Out.WriteLine($"no mail: {settings.File} has no \"statistics\": {{ \"to\": \"you@example.com\" }}");
            return ExitCode.Ok;
        }

        var sent = StatisticsMail.Send(Report(found, log, span), settings, statistics, TimeProvider.System);
        if (sent.Status != SendStatus.Sent)
        {
            StandardError.WriteLine("responder: the statistics were not sent: " + sent.Detail);
            return sent.Status == SendStatus.Temporary ? ExitCode.TemporaryFailure : ExitCode.Unavailable;
        }

        Console.Out.WriteLine("sent: " + sent.Detail);
        return ExitCode.Ok;
    }

    private static StatisticsReport Report(
        FoundSettings found, string? log, (DateTimeOffset? Since, DateTimeOffset? Until) span)
    {
        var file = log ?? LogFile.LastRotated();
        var counts = new MessageCounts(span.Since, span.Until, TimeProvider.System.LocalTimeZone);
        LogFile.Count(file, counts);
        var threshold = found.Settings?.Statistics?.Threshold ?? StatisticsSettings.StandardThreshold;
        var messages = counts.Figures(threshold);
        var now = TimeProvider.System.GetLocalNow();
        var problems = new OrderedDictionary<string, string>();
        if (found.Problem is not null)
            problems.Add("settings", found.Problem);
        return new StatisticsReport
        {
            Made = now,
            Version = BuildVersion.Text,
            LogFile = Path.GetFullPath(file),
            Messages = messages,
            Threshold = threshold,
            Postfix = Part("postfix", () => Postfix(found.Settings, messages, span, threshold)),
            Ses = Part("ses", () => found.Settings?.Ses is { } ses ? SesFigures.Ask(ses, now) : null),
            Queue = Part("queue", PostfixQueue.CountByName),
            Host = Part("host", HostFacts.Read),
            Instance = Part("instance", InstanceFacts.Ask),
            Canary = Part("canary", () => found.Settings is { Canary.Count: > 0 } settings
                ? CanaryRecord.Load(settings) : null),
            Problems = problems,
        };

        // A part may be missing without spoiling the rest.
        T? Part<T>(string name, Func<T?> ask) where T : class
        {
            try
            {
                return ask();
            }
            catch (ResponderException exception)
            {
                problems.Add(name, exception.Message);
                return null;
            }
        }
    }

    /// <summary>Of the span that was asked for, else of that from the log's first message to its last.</summary>
    private static PostfixLogSummary? Postfix(
        ResponderSettings? settings, MessageFigures messages, (DateTimeOffset? Since, DateTimeOffset? Until) span,
        int threshold) =>
        (span.Since ?? messages.First) is { } since && (span.Until ?? messages.Last?.AddTicks(1)) is { } until
            && since < until
            ? PostfixLogDatabase.Summarise(
                settings?.PostfixLog.Database ?? PostfixLogSettings.DefaultDatabase, since, until, threshold)
            : null;

    /// <exception cref="ResponderException">A time cannot be read, or the span is empty.</exception>
    private static (DateTimeOffset? Since, DateTimeOffset? Until) Span(string? since, string? until)
    {
        var span = (Since: Time("--since", since), Until: Time("--until", until));
        return span.Since >= span.Until
            ? throw new ResponderException(Cause.Usage, "--since: is not before --until") : span;
    }

    private static DateTimeOffset? Time(string option, string? text) => text is null ? null
        : DateTimeOffset.TryParseExact(
            text, TimeForms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeLocal, out var time) ? time
        : throw new ResponderException(Cause.Usage,
            $"{option}: \"{text}\" is not a time like 2026-11-21, 2026-11-21T08:30 or 2026-11-21T08:30:00Z");

    /// <summary>
    /// A log can be counted without settings that nobody named: then the report says what is missing.
    /// </summary>
    private sealed class FoundSettings
    {
        public FoundSettings(string? named)
        {
            try
            {
                Settings = SettingsFile.Load(SettingsPath.Find(named));
            }
            catch (ResponderException exception) when (named is null)
            {
                Problem = exception.Message;
            }
        }

        public ResponderSettings? Settings { get; }

        public string? Problem { get; }
    }
}
