using Amazon.CloudWatch;
using MailResponder.PostfixLog;

namespace MailResponder.Metrics;

/// <summary>What goes into CloudWatch: one list a namespace, so that a run takes two calls whatever the load.</summary>
/// <param name="OfMail">For the namespace of the settings: what messages did since the last run.</param>
/// <param name="OfHost">For System/Linux: names and dimensions as Amazon's old monitoring scripts had them.</param>
internal sealed record CloudWatchMetrics(IReadOnlyList<Metric> OfMail, IReadOnlyList<Metric> OfHost)
{
    public const string HostNamespace = "System/Linux";

    /// <param name="traffic">The messages since the last run.</param>
    /// <param name="host">The host now.</param>
    /// <param name="group">The Auto Scaling group; null: the dimension is left out.</param>
    /// <param name="threshold">Answers from which on a requested address has a metric of its own.</param>
    /// <param name="outcomes">Of the replies of the last 24 hours; null when they are not known.</param>
    public static CloudWatchMetrics Of(
        Traffic traffic, HostReading host, string? group, int threshold, IReadOnlyList<ProviderOutcomes>? outcomes)
    {
        IReadOnlyList<(string, string)> dimensions = group is null ? [] : [("AutoScalingGroupName", group)];
        var mail = new List<Metric>();
        var durations = traffic.Durations;
        // Without a message there is no duration, and CloudWatch takes no set without a sample.
        if (durations.Count > 0)
        {
            mail.Add(new Metric("processing_time", StandardUnit.Milliseconds)
            {
                Dimensions = dimensions,
                Samples = durations.Count,
                Sum = durations.Sum,
                Least = durations.Shortest,
                Most = durations.Longest,
            });
        }

        mail.Add(Metric.Of("response_sent", StandardUnit.Count, traffic.Replies, dimensions));
        mail.Add(Metric.Of("deferred", StandardUnit.Count, traffic.Messages[Result.Deferred], dimensions));
        if (host.QueueLength is { } waiting)
            mail.Add(Metric.Of("queue_length", StandardUnit.Count, waiting, dimensions));
        foreach (var (address, replies) in traffic.RepliesByAddress(threshold))
            mail.Add(Metric.Of("response_sent", StandardUnit.Count, replies, ("Address", address)));
        foreach (var one in outcomes ?? [])
        {
            mail.Add(Metric.Of("replies_deferred", StandardUnit.Count, one.Deferred, ("Provider", one.Provider)));
            mail.Add(Metric.Of("replies_bounced", StandardUnit.Count, one.Bounced, ("Provider", one.Provider)));
        }

        return new CloudWatchMetrics(mail,
        [
            Metric.Of("MemoryUtilization", StandardUnit.Percent, host.MemoryPercent, dimensions),
            .. host.Disks.Select(disk => Metric.Of("DiskSpaceUtilization", StandardUnit.Percent, disk.Percent,
                [.. dimensions, ("Filesystem", disk.Filesystem), ("MountPath", disk.Space.Name)])),
        ]);
    }
}
