namespace MailResponder.Files;

/// <summary>How full a file system is.</summary>
/// <param name="Filesystem">The device, as the mount table names it.</param>
/// <param name="Space">By its mount point.</param>
internal sealed record DiskUse(string Filesystem, Space Space)
{
    /// <summary>Where mail, logs and state lie; most hosts have them all on one file system.</summary>
    private static readonly string[] Places = ["/", "/var/log", "/var/spool/postfix", "/var/lib/mail_responder"];

    public double Percent => Math.Round(100 * Space.UsedShare, 2);

    /// <summary>The file systems on which the responder and Postfix write, each once.</summary>
    /// <exception cref="IOException">/proc does not tell, or a file system was taken away at this moment.</exception>
    public static IReadOnlyList<DiskUse> OfHost()
    {
        var mounts = File.ReadLines("/proc/self/mounts").Select(line => line.Split(' '))
            .Select(fields => (Device: Plain(fields[0]), Path: Plain(fields[1]))).ToList();
        return [.. Places.Where(Directory.Exists)
            .Select(place => mounts.FindLast(mount => mount.Path == MountOf(place))).Distinct()
            .Where(mount => mount.Path is not null)
            .Select(mount => new DiskUse(mount.Device, Space.OfDisk(mount.Path)))];

        string MountOf(string place) =>
            mounts.Where(mount => mount.Path == "/" || place == mount.Path
                || place.StartsWith(mount.Path + "/", StringComparison.Ordinal))
                .Select(mount => mount.Path).MaxBy(path => path.Length) ?? "/";
    }

    /// <summary>Blanks, tabs, line ends and backslashes of a mount table are octal (fstab(5)).</summary>
    private static string Plain(string field) => field.Replace("\\040", " ", StringComparison.Ordinal)
        .Replace("\\011", "\t", StringComparison.Ordinal).Replace("\\012", "\n", StringComparison.Ordinal)
        .Replace("\\134", "\\", StringComparison.Ordinal);
}
