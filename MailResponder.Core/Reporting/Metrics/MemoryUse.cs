using System.Globalization;

namespace MailResponder.Reporting.Metrics;

/// <summary>How much of the host's memory is in use.</summary>
internal static class MemoryUse
{
    /// <summary>Percent; what the kernel would give up at once, like its file cache, is free (proc(5), MemAvailable).</summary>
    public static double OfHost()
    {
        var lines = File.ReadAllLines("/proc/meminfo");
        var total = KilobytesOf("MemTotal:");
        return Math.Round(100 * (total - KilobytesOf("MemAvailable:")) / total, 2);

        double KilobytesOf(string name) => double.Parse(
            Array.Find(lines, line => line.StartsWith(name, StringComparison.Ordinal))![name.Length..^"kB".Length],
            CultureInfo.InvariantCulture);
    }
}
