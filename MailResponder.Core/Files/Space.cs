using System.Globalization;

namespace MailResponder.Files;

/// <summary>A disk by its mount point, or the memory.</summary>
/// <param name="TotalBytes">All of it.</param>
/// <param name="FreeBytes">What programs can still have.</param>
internal sealed record Space(string Name, long TotalBytes, long FreeBytes)
{
    /// <summary>
    /// The host's memory. What the kernel can free at once, like its file cache, counts as free (proc(5)).
    /// </summary>
    public static Space Memory()
    {
        var lines = File.ReadAllLines("/proc/meminfo");
        return new Space("memory", BytesOf("MemTotal:"), BytesOf("MemAvailable:"));

        long BytesOf(string name) => 1024 * long.Parse(
            lines.First(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..^"kB".Length],
            CultureInfo.InvariantCulture);
    }

    /// <summary>The disk that a path lies on. As df(1) counts: what is reserved for root is not there.</summary>
    /// <exception cref="IOException">It cannot be asked.</exception>
    public static Space OfDisk(string path)
    {
        var disk = new DriveInfo(path);
        var free = disk.AvailableFreeSpace;
        return new Space(path, disk.TotalSize - disk.TotalFreeSpace + free, free);
    }

    public double UsedShare => TotalBytes == 0 ? 0 : 1 - ((double)FreeBytes / TotalBytes);
}
