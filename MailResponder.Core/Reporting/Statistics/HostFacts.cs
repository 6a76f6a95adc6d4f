using System.Globalization;

namespace MailResponder.Reporting.Statistics;

/// <summary>The host at this moment.</summary>
/// <param name="Uptime">Since it was started.</param>
/// <param name="Load">Of the last 1, 5 and 15 minutes (proc(5)), as the kernel writes them.</param>
internal sealed record HostFacts(
    string Name, TimeSpan Uptime, string Load, int Processors, Space Memory, IReadOnlyList<Space> Disks)
{
    /// <summary>What fills up: the system's own, the logs', the queue's and the databases' disks, often one.</summary>
    private static readonly string[] Folders = ["/", "/var/log", "/var/spool/postfix", "/var/lib/mail_responder"];

    /// <exception cref="ResponderException">/proc does not tell.</exception>
    public static HostFacts Read()
    {
        try
        {
            var uptime = double.Parse(File.ReadAllText("/proc/uptime").Split(' ')[0], CultureInfo.InvariantCulture);
            var load = string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ')[..3]);
            return new HostFacts(Environment.MachineName, TimeSpan.FromSeconds(uptime), load, Environment.ProcessorCount,
                Space.Memory(), DisksOf(Folders));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException or InvalidOperationException)
        {
            throw new ResponderException(Cause.Unexpected, "/proc does not tell: " + exception.Message, exception);
        }
    }

    private static List<Space> DisksOf(string[] folders)
    {
        var mounts = DriveInfo.GetDrives();
        return
        [
            .. folders.Where(Directory.Exists)
                .Select(folder => mounts.Where(mount => IsWithin(folder, mount.Name)).MaxBy(mount => mount.Name.Length))
                .OfType<DriveInfo>().DistinctBy(mount => mount.Name).Where(mount => mount.IsReady)
                .Select(mount => new Space(mount.Name, mount.TotalSize, mount.AvailableFreeSpace)),
        ];
    }

    private static bool IsWithin(string folder, string mount) =>
        mount == "/" || folder == mount || folder.StartsWith(mount + "/", StringComparison.Ordinal);
}
