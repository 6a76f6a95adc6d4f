using System.Globalization;
using MailResponder.Canary;
using MailResponder.PostfixLog;

namespace MailResponder.Metrics;

/// <summary>The text format of Prometheus, version 0.0.4, as node_exporter's textfile collector reads it.</summary>
internal static class PrometheusText
{
    /// <summary>Returns all metrics as text.</summary>
    /// <param name="totals">The counts since the first run.</param>
    /// <param name="host">The state of the host now.</param>
    /// <param name="outcomes">The outcomes of the replies of the last 24 hours; null if they are unknown.</param>
    /// <param name="canaries">The results of the last runs of `responder canary`, by mailbox.</param>
    public static string Of(Totals totals, HostReading host, IReadOnlyList<ProviderOutcomes>? outcomes,
        IReadOnlyDictionary<string, CanaryRecord> canaries)
    {
        return Family("messages_total", "counter", "Messages by result.", Traffic.Counted.Select(result =>
                Sample("messages_total", totals.Messages.GetValueOrDefault(result), ("result", result.Hyphenated()))))
            + Family("replies_total", "counter", "Replies sent, by requested address, in steps of the threshold.",
                totals.Replies.OrderBy(pair => pair.Key, StringComparer.Ordinal)
                    .Select(pair => Sample("replies_total", pair.Value, ("address", pair.Key))))
            + Of(totals.Durations)
            + (outcomes is null ? "" : Of(outcomes))
            + OfCanaries("canary_last_success_timestamp_seconds",
                "When `responder canary` last succeeded; 0 if never.",
                record => record.LastSuccess?.ToUnixTimeSeconds() ?? 0)
            + OfCanaries("canary_seconds", "How long the replies took at the last success.", record => record.Seconds)
            + OfCanaries("canary_in_spam", "Replies of the last run that went to spam.", record => record.InJunk)
            + (host.QueueLength is not { } waiting ? ""
                : Family("queue_messages", "gauge", "Messages in the Postfix queue.",
                    Sample("queue_messages", waiting)))
            + Family("memory_used_ratio", "gauge", "Memory in use, 0 to 1.",
                Sample("memory_used_ratio", host.MemoryPercent / 100))
            + Family("disk_used_ratio", "gauge", "Disk space in use, 0 to 1.", host.Disks.Select(disk =>
                Sample("disk_used_ratio", disk.Percent / 100, ("filesystem", disk.Filesystem),
                    ("mount_path", disk.Space.Name))));

        string OfCanaries(string name, string meaning, Func<CanaryRecord, double?> value) => canaries.Count == 0 ? ""
            : Family(name, "gauge", meaning, canaries.Where(one => value(one.Value) is not null)
                .Select(one => Sample(name, value(one.Value)!.Value, ("mailbox", one.Key))));
    }

    private static string Of(IReadOnlyList<ProviderOutcomes> outcomes)
    {
        const string name = "reply_outcomes";
        return Family(name, "gauge",
            "Replies of the last 24 hours, by provider and outcome; small providers together.",
            outcomes.SelectMany(one => one.Counts().Select(outcome =>
                Sample(name, outcome.Count, ("provider", one.Provider), ("outcome", outcome.Outcome)))));
    }

    private static string Of(Durations durations)
    {
        const string name = "processing_seconds";
        return Family(name, "histogram", "Time to handle a message that was not skipped.",
        [
            .. durations.Buckets.Select((_, i) => Sample(
                name + "_bucket", durations.Buckets.Take(i + 1).Sum(), ("le", Text(Durations.Bounds[i] / 1000.0)))),
            Sample(name + "_bucket", durations.Count, ("le", "+Inf")),
            Sample(name + "_sum", durations.Sum / 1000.0),
            Sample(name + "_count", durations.Count),
        ]);
    }

    private static string Family(string name, string type, string meaning, params IEnumerable<string> samples) =>
        $"# HELP mail_responder_{name} {meaning}\n# TYPE mail_responder_{name} {type}\n{string.Concat(samples)}";

    private static string Sample(string name, double value, params (string Name, string Value)[] labels)
    {
        var all = string.Join(',', labels.Select(label => $"{label.Name}=\"{Escaped(label.Value)}\""));
        return $"mail_responder_{name}{(labels.Length > 0 ? "{" + all + "}" : "")} {Text(value)}\n";
    }

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string Escaped(string value) => value.Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}
