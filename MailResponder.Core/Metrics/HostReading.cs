using MailResponder.Aws;
using MailResponder.Files;
using MailResponder.Logs;

namespace MailResponder.Metrics;

/// <summary>The host's figures at this moment.</summary>
/// <param name="QueueLength">The number of messages in Postfix's queue; null if they cannot be counted.</param>
/// <param name="MemoryPercent">The memory in use, in percent.</param>
/// <param name="Disks">The file systems that mail, logs and state are on.</param>
internal sealed record HostReading(long? QueueLength, double MemoryPercent, IReadOnlyList<DiskUse> Disks)
{
    public static HostReading Now() =>
        new(ResponderException.OrNull(PostfixQueue.Count)?.Values.Sum(),
            Math.Round(100 * Space.Memory().UsedShare, 2), DiskUse.OfHost());

    /// <summary>
    /// Returns the Auto Scaling group of this instance, from its tags. The launch template must enable tags in the
    /// instance metadata. Null if the instance is in no group, the tags are off, or the host is not an EC2 instance.
    /// </summary>
    /// <param name="known">The result of the last run, returned if the metadata service does not answer now.</param>
    public static string? AutoScalingGroup(string? known)
    {
        try
        {
            var group = InstanceMetadata.OfThisHost()?.Read("meta-data/tags/instance/aws:autoscaling:groupName");
            // CloudWatch accepts no other values in a dimension.
            return group is { Length: > 0 and <= 255 } && group.All(c => c is >= ' ' and <= '~') ? group : null;
        }
        catch (HttpRequestException)
        {
            return known;
        }
    }
}
