using System.Globalization;
using MailResponder.Files;

namespace MailResponder.Statistics;

/// <summary>The sections of a report in words, the same for plain text and HTML.</summary>
internal static class ReportSections
{
    public static string Title(StatisticsReport report)
    {
        var where = report.Hosts is { } hosts ? $"{Figure.Of(hosts.Count)} host(s)" : report.HostName;
        return $"Mail responder on {where}{(report.Days.Length > 0 ? ", " + report.Days : "")}";
    }

    public static IReadOnlyList<ReportSection> Of(StatisticsReport report)
    {
        var messages = report.Messages;
        ReportSection?[] sections =
        [
            Messages(report),
            Addresses(messages, report.Threshold),
            Hours(messages),
            Trend(report.Postfix?.Trend ?? []),
            Chart("Not answered, by reason", messages.Skipped, null),
            Chart("Deferred, by cause", messages.Deferred,
            "Each attempt counts: Postfix retries a deferred message."),
            Chart("Failed, by reason", messages.Failed, "These messages are not retried."),
            Postfix(report),
            Outcomes(report.Postfix?.Outcomes ?? []),
            Canary(report),
            Queue(report),
            .. Ses(report),
            report.Hosts is null ? Host(report) : Hosts(report, report.Hosts),
        ];
        return [.. sections.OfType<ReportSection>()];
    }

    private static ReportSection Messages(StatisticsReport report)
    {
        var messages = report.Messages;
        return new ReportSection("Messages",
        [
            new("Requests answered", Figure.Of(messages.Answered)),
            new("Replies sent", Figure.Of(messages.Replies)),
            new("… without their attachments", Figure.Of(messages.RepliesWithoutAttachments)
                + (report.AttachmentsAreOff ? " (off in the response book)" : "")),
            new("Not answered", Figure.Of(Sum(messages.Skipped))),
            new("Deferred (attempts)", Figure.Of(Sum(messages.Deferred))),
            new("Failed", Figure.Of(Sum(messages.Failed))),
            new("Exceptions (bugs)", Figure.Of(messages.Exceptions)),
            new("Median time to answer", Figure.Milliseconds(messages.MedianMs)),
            new("95 % answered within", Figure.Milliseconds(messages.Percentile95Ms)),
            new("Longest time to answer", Figure.Milliseconds(messages.MaximumMs)),
            new("First message", Figure.Time(messages.First)),
            new("Last message", Figure.Time(messages.Last)),
            .. OfOneHost(report, new ReportRow("Other lines in the log", Figure.Of(messages.UnmatchedLines))),
        ], $"From {report.LogFile}. The times to answer do not include Postfix.");
    }

    private static ReportSection? Addresses(MessageFigures messages, int threshold)
    {
        var rows = new OrderedDictionary<string, long>(messages.Addresses);
        if (messages.Others > 0)
            rows.Add("others", messages.Others);
        return Chart("Requests answered, by address", rows,
            messages.Others > 0
            ? $"Addresses with fewer than {Figure.Of(threshold)} are counted together, to hide single requests."
            : null);
    }

    private static ReportSection? Hours(MessageFigures messages) => messages.Replies == 0 ? null
        : Chart("Replies, by hour of the day", new(messages.RepliesByHour.Select((count, hour) =>
            KeyValuePair.Create(hour.ToString("00", CultureInfo.InvariantCulture), count))), null);

    private static ReportSection? Trend(IReadOnlyList<PostfixLog.DayOfRequests> days) => days.Count < 2 ? null
        : Chart("Requests answered, by day", new(days.Select(day =>
            KeyValuePair.Create(day.Day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), day.Answered))),
            $"From Postfix's log: {Figure.Of(days.Sum(day => day.Received))} mails in these {days.Count} days.");

    private static ReportSection? Chart(string title, OrderedDictionary<string, long> counts, string? note)
    {
        if (counts.Count == 0)
            return null;
        var most = (double)Math.Max(1, counts.Values.Max());
        return new ReportSection(title,
            [.. counts.Select(count => new ReportRow(count.Key, Figure.Of(count.Value), count.Value / most))],
            note, HasBars: true);
    }

    private static ReportSection? Postfix(StatisticsReport report) =>
        Part("From Postfix's log", report, "postfix", report.Postfix, postfix =>
        [
            new("Mails received", Figure.Of(postfix.Received)),
            new("Answered", Figure.Of(postfix.Answered)),
            new("Deferred at least once", Figure.Of(postfix.Deferred)),
            new("Expired in the queue", Figure.Of(postfix.Expired)),
            new("Rejected on arrival", Figure.Of(postfix.Rejected)),
            .. OfOneHost(report,
                new ReportRow("Median, arrival to reply sent", Seconds(postfix.MedianSeconds)),
                new ReportRow("95 % sent within", Seconds(postfix.Percentile95Seconds))),
            new("Longest, arrival to reply sent", Seconds(postfix.MaximumSeconds)),
        ]);

    private static ReportSection? Outcomes(IReadOnlyList<PostfixLog.ProviderOutcomes> outcomes) =>
        outcomes.Count == 0 ? null : new ReportSection("Replies, by provider and what became of them",
            [.. outcomes.Select(one => new ReportRow(one.Provider, one.ToString()))],
            "Sent: the next host accepted it, or SES reported so. Small providers are counted together.");

    private static ReportSection? Canary(StatisticsReport report) =>
        Part("Seen from outside (canary)", report, "canary", report.Canary,
            canaries => [.. canaries.Select(one => new ReportRow(one.Key, InWords(one.Value)))]);

    private static string InWords(Canary.CanaryRecord record)
    {
        var words = $"{record.Result}, {Figure.Time(record.LastRun)}";
        if (record.LastSuccess is { } success && record.Seconds is { } seconds)
            words += $"; last success {Figure.Time(success)}, in {Seconds(seconds)}";
        return record.InJunk > 0 ? $"{words}; in spam {Figure.Of(record.InJunk)}" : words;
    }

    private static ReportSection? Queue(StatisticsReport report) =>
        Part("Postfix's queue now", report, "queue", report.Queue, queue => queue.Count == 0
            ? [new ReportRow("All queues", "empty")]
            : [.. queue.Select(count => new ReportRow(count.Key, Figure.Of(count.Value)))]);

    private static IEnumerable<ReportSection?> Ses(StatisticsReport report)
    {
        if (report.Ses is not { } ses)
        {
            yield return Missing("Amazon SES", report, "ses");
            yield break;
        }

        yield return new ReportSection("Amazon SES: quota",
        [
            new("Recipients a day", ses.PerDay < 0 ? "no limit" : Figure.Of(ses.PerDay)),
            new("Used in 24 hours", Figure.Of(ses.SentInDay)
            + (ses.PerDay > 0 ? $" ({Figure.Share(ses.SentInDay / ses.PerDay)})" : "")),
            new("Recipients a second", Figure.Of(ses.PerSecond)),
        ], "For the whole account, including all hosts that send through it.");
        foreach (var span in ses.Spans)
        {
            yield return new ReportSection($"Amazon SES: {Figure.Days(span.Days)}",
            [
                new("Delivery attempts", Figure.Of(span.Deliveries)),
                new("Bounces", Counted(span.Bounces, span.BounceShare)),
                new("Complaints", Counted(span.Complaints, span.ComplaintShare)),
                new("Rejects", Counted(span.Rejects, span.RejectShare)),
            ]);
        }
    }

    private static ReportSection Host(StatisticsReport report)
    {
        var rows = new List<ReportRow> { new("Name", report.HostName) };
        if (report.Host is { } host)
        {
            var up = TimeSpan.FromSeconds(host.UptimeSeconds);
            rows.Add(new("Up", $"{up.Days} days, {up:hh\\:mm} hours"));
            rows.Add(new("Load (1, 5, 15 minutes)", $"{host.Load}, on {Figure.Of(host.Processors)} processors"));
            foreach (var space in (IEnumerable<Space>)[host.Memory, .. host.Disks])
            {
                var used = space.UsedShare.ToString("0%", CultureInfo.InvariantCulture);
                rows.Add(new(ReferenceEquals(space, host.Memory) ? "Memory used" : $"Disk {space.Name} used",
                    $"{used} of {Figure.Bytes(space.TotalBytes)}"));
            }
        }

        if (report.Instance is { } instance)
            rows.Add(new("EC2 instance", $"{instance.Id}, {instance.Type}, {instance.Zone}"));
        rows.Add(new("Version", report.Version));
        var problems = ((string[])["settings", "host", "instance"])
            .Select(part => report.Problems.GetValueOrDefault(part)).OfType<string>();
        return new ReportSection("Host", rows, string.Join(" ", problems) is { Length: > 0 } note ? note : null);
    }

    private static ReportSection Hosts(StatisticsReport report, IReadOnlyList<HostLine> hosts) => new("Hosts",
        [.. hosts.Select(host => new ReportRow(host.Label, host.ToString()))],
        $"Made on {report.HostName} by {report.Version}. {report.Problems.GetValueOrDefault("hosts")}".TrimEnd());

    /// <summary>Returns the rows only for a report of one host: they cannot be summed over several hosts.</summary>
    private static ReportRow[] OfOneHost(StatisticsReport report, params ReportRow[] rows) =>
        report.Hosts is null ? rows : [];

    private static ReportSection? Part<T>(
        string title, StatisticsReport report, string name, T? part, Func<T, IReadOnlyList<ReportRow>> rows)
        where T : class => part is null ? Missing(title, report, name) : new ReportSection(title, rows(part));

    private static ReportSection? Missing(string title, StatisticsReport report, string part) =>
        report.Problems.TryGetValue(part, out var problem)
            ? new ReportSection(title, [], "Not available: " + problem) : null;

    private static long Sum(OrderedDictionary<string, long> counts) => counts.Values.Sum();

    private static string Seconds(double? seconds) =>
        seconds is { } value ? value.ToString("0.0##", CultureInfo.InvariantCulture) + " s" : "–";

    private static string Counted(long count, double share) => $"{Figure.Of(count)} ({Figure.Share(share)})";
}

/// <summary>A row of a table.</summary>
/// <param name="Label">What the row counts.</param>
/// <param name="Value">The figure, formatted for people.</param>
/// <param name="Bar">The length of the bar in a chart, from 0 to 1.</param>
internal readonly record struct ReportRow(string Label, string Value, double Bar = 0);

/// <summary>A table of the report.</summary>
/// <param name="Note">A note below the table; null if there is none.</param>
/// <param name="HasBars">Whether the table is a bar chart.</param>
internal sealed record ReportSection(
    string Title, IReadOnlyList<ReportRow> Rows, string? Note = null, bool HasBars = false);
