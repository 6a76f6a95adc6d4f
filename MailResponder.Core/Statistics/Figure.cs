using System.Globalization;

namespace MailResponder.Statistics;

/// <summary>Formats numbers for people.</summary>
internal static class Figure
{
    private static string[] Units => ["bytes", "KiB", "MiB", "GiB", "TiB"];

    public static string Of(double number) => number.ToString("#,0.##", CultureInfo.InvariantCulture);

    public static string Share(double share) => share.ToString("0.00#%", CultureInfo.InvariantCulture);

    /// <summary>Formats a large share, as a whole number of percent.</summary>
    public static string Percent(double share) => share.ToString("0 %", CultureInfo.InvariantCulture);

    public static string Days(int days) =>
        days == 1 ? "the last day" : $"the last {days} days";

    public static string Milliseconds(long? milliseconds) => milliseconds is { } value ? Of(value) + " ms" : "–";

    /// <summary>Formats a time with its offset from UTC, as the log does.</summary>
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
