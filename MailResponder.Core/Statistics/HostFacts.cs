using System.Globalization;
using System.Text.Json;
using MailResponder.Aws;
using MailResponder.Files;

namespace MailResponder.Statistics;

/// <summary>The state of the host at this moment.</summary>
/// <param name="UptimeSeconds">Seconds since the host was started.</param>
/// <param name="Load">
/// The load averages of the last 1, 5 and 15 minutes, as the kernel writes them (/proc/loadavg, proc(5)).
/// </param>
internal sealed record HostFacts(
    string Name, long UptimeSeconds, string Load, int Processors, Space Memory, IReadOnlyList<Space> Disks)
{
    /// <summary>Reads the state from /proc and the file systems.</summary>
    /// <exception cref="ResponderException">/proc cannot be read.</exception>
    public static HostFacts Read()
    {
        try
        {
            var uptime = double.Parse(File.ReadAllText("/proc/uptime").Split(' ')[0], CultureInfo.InvariantCulture);
            var load = string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ')[..3]);
            return new HostFacts(Environment.MachineName, (long)uptime, load, Environment.ProcessorCount,
                Space.Memory(), [.. DiskUse.OfHost().Select(disk => disk.Space)]);
        }
        catch (Exception exception) when (
            exception is IOException or UnauthorizedAccessException or FormatException or InvalidOperationException)
        {
            throw new ResponderException(Cause.Unexpected, "/proc cannot be read: " + exception.Message, exception);
        }
    }
}

/// <summary>The EC2 instance that the program runs on.</summary>
internal sealed record InstanceFacts(string Id, string Type, string Zone)
{
    /// <summary>Asks the instance metadata service. Null if the host is not an EC2 instance.</summary>
    /// <exception cref="ResponderException">
    /// The host is an EC2 instance, but the metadata service gives no usable answer.
    /// </exception>
    public static InstanceFacts? Ask()
    {
        if (InstanceMetadata.OfThisHost() is not { } metadata)
            return null;
        try
        {
            using var json = JsonDocument.Parse(metadata.Read("dynamic/instance-identity/document") ?? "");
            string Text(string name) => json.RootElement.GetProperty(name).GetString() ?? "";
            return new InstanceFacts(Text("instanceId"), Text("instanceType"), Text("availabilityZone"));
        }
        catch (Exception exception) when (exception is HttpRequestException or JsonException or KeyNotFoundException
            or InvalidOperationException)
        {
            throw new ResponderException(Cause.Unexpected,
                "the instance metadata service did not answer; is it switched off for this instance?", exception);
        }
    }
}
