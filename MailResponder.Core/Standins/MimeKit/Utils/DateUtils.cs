using System.Globalization;

namespace MimeKit.Utils;

/// <summary>Dates as messages carry them.</summary>
public static class DateUtils
{
    /// <summary>The RFC 5322 3.3 form with the numeric zone of the value.</summary>
    public static string FormatDate(DateTimeOffset date)
    {
        var zone = date.Offset;
        return string.Create(CultureInfo.InvariantCulture,
            $"{date:ddd, dd MMM yyyy HH:mm:ss} {(zone < TimeSpan.Zero ? '-' : '+')}{zone:hhmm}");
    }
}
