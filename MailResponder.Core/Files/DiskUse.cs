namespace MailResponder.Files;

/// <summary>How full a file system is.</summary>
/// <param name="Filesystem">The device, as the mount table names it.</param>
/// <param name="Space">Its space, named by the mount point.</param>
internal sealed record DiskUse(string Filesystem, Space Space)
{
    /// <summary>The folders of mail, logs and state. On most hosts all are on one file system.</summary>
    private static readonly string[] Places = ["/", "/var/log", "/var/spool/postfix", OwnPlaces.Data];

    public double Percent => Math.Round(100 * Space.UsedShare, 2);

    /// <summary>Returns the file systems to which the responder and Postfix write, each once.</summary>
    /// <exception cref="IOException">/proc cannot be read, or a file system was unmounted in the meantime.</exception>
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

    /// <summary>
    /// Decodes a field of the mount table, in which blanks, tabs, line ends and backslashes are octal (fstab(5)).
    /// </summary>
    private static string Plain(string field) => field.Replace("\\040", " ", StringComparison.Ordinal)
        .Replace("\\011", "\t", StringComparison.Ordinal).Replace("\\012", "\n", StringComparison.Ordinal)
        .Replace("\\134", "\\", StringComparison.Ordinal);
}
