using System.Globalization;

namespace MailResponder.Files;

/// <summary>The space of a disk, named by its mount point, or of the memory.</summary>
/// <param name="TotalBytes">The whole size.</param>
/// <param name="FreeBytes">The bytes that programs can still use.</param>
internal sealed record Space(string Name, long TotalBytes, long FreeBytes)
{
    /// <summary>
    /// Returns the host's memory. Memory that the kernel can free at once, such as its file cache, counts as free
    /// (proc(5)).
    /// </summary>
    public static Space Memory()
    {
        var lines = File.ReadAllLines("/proc/meminfo");
        return new Space("memory", BytesOf("MemTotal:"), BytesOf("MemAvailable:"));

        long BytesOf(string name) => 1024 * long.Parse(
            lines.First(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..^"kB".Length],
            CultureInfo.InvariantCulture);
    }

    /// <summary>Returns the disk that holds a path. As in df(1), space reserved for root does not count.</summary>
    /// <exception cref="IOException">The disk cannot be queried.</exception>
    public static Space OfDisk(string path)
    {
        var disk = new DriveInfo(path);
        var free = disk.AvailableFreeSpace;
        return new Space(path, disk.TotalSize - disk.TotalFreeSpace + free, free);
    }

    public double UsedShare => TotalBytes == 0 ? 0 : 1 - ((double)FreeBytes / TotalBytes);
}
