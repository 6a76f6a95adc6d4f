using System.Globalization;

namespace MailResponder.Statistics;

/// <summary>Numbers as people read them.</summary>
internal static class Figure
{
    private static string[] Units => ["bytes", "KiB", "MiB", "GiB", "TiB"];

    public static string Of(double number) => number.ToString("#,0.##", CultureInfo.InvariantCulture);

    public static string Share(double share) => share.ToString("0.00#%", CultureInfo.InvariantCulture);

    /// <summary>For large shares, where fractions do not matter.</summary>
    public static string Percent(double share) => share.ToString("0 %", CultureInfo.InvariantCulture);

    public static string Days(int days) =>
        days == 1 ? "the last day" : $"the last {days} days";

    public static string Milliseconds(long? milliseconds) => milliseconds is { } value ? Of(value) + " ms" : "–";

    /// <summary>With the offset from UTC, as the log has it.</summary>
    public static string Time(DateTimeOffset? time) =>
        time?.ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture) ?? "–";

    public static string Bytes(long bytes)
    {
        var (size, unit) = ((double)bytes, 0);
        while (size >= 1024 && unit < Units.Length - 1)
            (size, unit) = (size / 1024, unit + 1);
        return size.ToString("0.#", CultureInfo.InvariantCulture) + " " + Units[unit];
    }
}
