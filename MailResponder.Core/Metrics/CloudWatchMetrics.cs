using Amazon.CloudWatch;
using Amazon.CloudWatch.Model;
using MailResponder.Canary;
using MailResponder.PostfixLog;

namespace MailResponder.Metrics;

/// <summary>
/// The metrics for CloudWatch: one list per namespace, so that a run makes two calls whatever the load. The names and
/// values of dimensions are part of a metric's identity: an alarm must name the same ones.
/// </summary>
/// <param name="OfMail">
/// The metrics of messages since the last run, of the queue, of replies and of canaries, for the namespace in the
/// settings.
/// </param>
/// <param name="OfHost">
/// The metrics of the host, for the namespace System/Linux. Their names and dimensions are those of Amazon's old
/// monitoring scripts.
/// </param>
internal sealed record CloudWatchMetrics(List<MetricDatum> OfMail, List<MetricDatum> OfHost)
{
    public const string HostNamespace = "System/Linux";

    /// <summary>Makes the metrics of one run.</summary>
    /// <param name="traffic">The messages since the last run; null if they cannot be counted.</param>
    /// <param name="host">The state of the host now.</param>
    /// <param name="group">The Auto Scaling group. Null: the metrics do not have this dimension.</param>
    /// <param name="outcomes">The outcomes of the replies of the last 24 hours; null if they are unknown.</param>
    /// <param name="canaries">The results of the last runs of `responder canary`, by mailbox.</param>
    /// <param name="now">
    /// The current time, for the age of each canary's last success. The age of a success in the future is its distance
    /// from now.
    /// </param>
    public static CloudWatchMetrics Of(
        Traffic? traffic, HostReading host, string? group, IReadOnlyList<ProviderOutcomes>? outcomes,
        IReadOnlyDictionary<string, CanaryRecord> canaries, DateTimeOffset now)
    {
        (string, string)[] ofGroup = group is null ? [] : [("AutoScalingGroupName", group)];
        var mail = new List<MetricDatum>();
        // Without a message there is no duration, and CloudWatch refuses a statistic set without a sample.
        if (traffic?.Durations is { Count: > 0 } durations)
        {
            mail.Add(Metric("processing_time", StandardUnit.Milliseconds, new StatisticSet
            {
                SampleCount = durations.Count,
                Sum = durations.Sum,
                Minimum = durations.Shortest,
                Maximum = durations.Longest,
            }, ofGroup));
        }

        if (traffic is not null)
        {
            mail.Add(Count("response_sent", traffic.Replies, ofGroup));
            mail.Add(Count("deferred", traffic.Messages[Result.Deferred], ofGroup));
        }

        if (host.QueueLength is { } waiting)
            mail.Add(Count("queue_length", waiting, ofGroup));
        foreach (var (address, replies) in traffic?.RepliesByAddress() ?? [])
            mail.Add(Count("response_sent", replies, ("Address", address)));
        foreach (var one in outcomes ?? [])
        {
            mail.Add(Count("replies_deferred", one.Deferred, ("Provider", one.Provider)));
            mail.Add(Count("replies_bounced", one.Bounced, ("Provider", one.Provider)));
        }

        foreach (var (mailbox, record) in canaries)
        {
            mail.Add(Count("canary_in_spam", record.InJunk, ("Mailbox", mailbox)));
            if (record is { LastSuccess: { } success, Seconds: { } seconds })
            {
                mail.Add(One("canary_seconds", StandardUnit.Seconds, seconds, ("Mailbox", mailbox)));
                mail.Add(One("canary_age", StandardUnit.Seconds, Math.Round((now - success).Duration().TotalSeconds),
                    ("Mailbox", mailbox)));
            }
        }

        return new CloudWatchMetrics(mail,
        [
            One("MemoryUtilization", StandardUnit.Percent, host.MemoryPercent, ofGroup),
            .. host.Disks.Select(disk => One("DiskSpaceUtilization", StandardUnit.Percent, disk.Percent,
                [.. ofGroup, ("Filesystem", disk.Filesystem), ("MountPath", disk.Space.Name)])),
        ]);
    }

    private static MetricDatum Count(string name, long value, params (string Name, string Value)[] dimensions) =>
        One(name, StandardUnit.Count, value, dimensions);

    /// <summary>Returns a metric with one sample.</summary>
    private static MetricDatum One(
        string name, StandardUnit unit, double value, params (string Name, string Value)[] dimensions) =>
        Metric(name, unit, new StatisticSet { SampleCount = 1, Sum = value, Minimum = value, Maximum = value },
            dimensions);

    private static MetricDatum Metric(
        string name, StandardUnit unit, StatisticSet samples, (string Name, string Value)[] dimensions) => new()
        {
            MetricName = name,
            Unit = unit,
            StatisticValues = samples,
            Dimensions = [.. dimensions.Select(one => new Dimension { Name = one.Name, Value = one.Value })],
        };
}
