using System.Globalization;
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
