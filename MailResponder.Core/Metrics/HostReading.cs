using MailResponder.Aws;
using MailResponder.Files;
using MailResponder.Logs;

namespace MailResponder.Metrics;

/// <summary>The host's figures at this moment.</summary>
/// <param name="QueueLength">Messages in Postfix's queue; null when they cannot be counted.</param>
/// <param name="MemoryPercent">Memory in use.</param>
/// <param name="Disks">The file systems that mail, logs and state are on.</param>
internal sealed record HostReading(long? QueueLength, double MemoryPercent, IReadOnlyList<DiskUse> Disks)
{
    public static HostReading Now() =>
        new(ResponderException.OrNull(PostfixQueue.Count)?.Values.Sum(),
            Math.Round(100 * Space.Memory().UsedShare, 2), DiskUse.OfHost());

    /// <summary>
    /// The Auto Scaling group of this instance, from its tags: they have to be switched on in the launch template. Null
    /// when it is in none, or they are off, or this is no instance of EC2.
    /// </summary>
    /// <param name="known">The answer of the last run, used when the instance cannot be asked now.</param>
    public static string? AutoScalingGroup(string? known)
    {
        try
        {
            var group = InstanceMetadata.OfThisHost()?.Read("meta-data/tags/instance/aws:autoscaling:groupName");
            // CloudWatch takes no other values in a dimension.
            return group is { Length: > 0 and <= 255 } && group.All(c => c is >= ' ' and <= '~') ? group : null;
        }
        catch (HttpRequestException)
        {
            return known;
        }
    }
}
