using System.Globalization;
using System.Text;
using MailResponder.Canary;
using MailResponder.PostfixLog;

namespace MailResponder.Metrics;

/// <summary>The text format of Prometheus, version 0.0.4, as node_exporter's textfile collector reads it.</summary>
internal sealed class PrometheusText
{
    private readonly StringBuilder _text = new();

    /// <param name="totals">Counts that only grow.</param>
    /// <param name="host">The host at this moment.</param>
    /// <param name="outcomes">Of the replies of the last 24 hours; null when they are not known.</param>
    /// <param name="canaries">By mailbox: what the last runs of `responder canary` found.</param>
    public static string Of(Totals totals, HostReading host, IReadOnlyList<ProviderOutcomes>? outcomes,
        IReadOnlyDictionary<string, CanaryRecord> canaries)
    {
        var text = new PrometheusText();
        text.Family("messages_total", "counter", "Messages by what became of them.");
        foreach (var result in Traffic.Counted)
        {
            text.Sample("messages_total", totals.Messages.GetValueOrDefault(result),
                ("result", result.Hyphenated()));
        }

        text.Family("replies_total", "counter", "Replies sent, by requested address; rarely requested ones together.");
        foreach (var (address, count) in totals.Replies.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            text.Sample("replies_total", count, ("address", address));
        text.AddDurations(totals.Durations);
        if (outcomes is not null)
            text.AddOutcomes(outcomes);
        text.AddCanaries(canaries);
        if (host.QueueLength is { } waiting)
        {
            text.Family("queue_messages", "gauge", "Messages in the Postfix queue.");
            text.Sample("queue_messages", waiting);
        }

        text.Family("memory_used_ratio", "gauge", "Memory in use, 0 to 1.");
        text.Sample("memory_used_ratio", host.MemoryPercent / 100);
        text.Family("disk_used_ratio", "gauge", "Disk space in use, 0 to 1.");
        foreach (var disk in host.Disks)
            text.Sample("disk_used_ratio", disk.Percent / 100, ("filesystem", disk.Filesystem),
                ("mount_path", disk.Space.Name));
        return text._text.ToString();
    }

    private void AddOutcomes(IReadOnlyList<ProviderOutcomes> outcomes)
    {
        const string name = "reply_outcomes";
        Family(name, "gauge", "What became of the replies of the last 24 hours, by provider; small ones together.");
        foreach (var one in outcomes)
        {
            foreach (var (outcome, count) in one.Counts())
                Sample(name, count, ("provider", one.Provider), ("outcome", outcome));
        }
    }

    private void AddCanaries(IReadOnlyDictionary<string, CanaryRecord> canaries)
    {
        void Add(string name, string meaning, Func<CanaryRecord, double?> value)
        {
            if (canaries.Count > 0)
                Family(name, "gauge", meaning);
            foreach (var (mailbox, record) in canaries)
            {
                if (value(record) is { } known)
                    Sample(name, known, ("mailbox", mailbox));
            }
        }

        Add("canary_last_success_timestamp_seconds", "When `responder canary` last found all well; 0: never.",
            record => record.LastSuccess?.ToUnixTimeSeconds() ?? 0);
        Add("canary_seconds", "How long the replies took then.", record => record.Seconds);
        Add("canary_in_spam", "Replies of the last run that were taken for spam.", record => record.InJunk);
    }

    private void AddDurations(Durations durations)
    {
        const string name = "processing_seconds";
        Family(name, "histogram", "How long a message took that was not skipped.");
        var until = 0L;
        for (var i = 0; i < Durations.Bounds.Length; i++)
        {
            until += durations.Buckets[i];
            Sample(name + "_bucket", until, ("le", Text(Durations.Bounds[i] / 1000.0)));
        }

        Sample(name + "_bucket", durations.Count, ("le", "+Inf"));
        Sample(name + "_sum", durations.Sum / 1000.0);
        Sample(name + "_count", durations.Count);
    }

    private void Family(string name, string type, string meaning) =>
        _text.Append(CultureInfo.InvariantCulture,
            $"# HELP mail_responder_{name} {meaning}\n# TYPE mail_responder_{name} {type}\n");

    private void Sample(string name, double value, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        _text.Append("mail_responder_").Append(name);
        for (var i = 0; i < labels.Length; i++)
            _text.Append(i == 0 ? '{' : ',').Append(labels[i].Name).Append("=\"").Append(Escaped(labels[i].Value))
                .Append('"');
        _text.Append(labels.Length > 0 ? "} " : " ").Append(Text(value)).Append('\n');
    }

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string Escaped(string value) => value.Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}
