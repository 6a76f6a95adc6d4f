using System.Globalization;
using System.Text;

namespace MimeKit.Utils;

/// <summary>Dates as messages carry them.</summary>
public static class DateUtils
{
    static readonly string[] Months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

    /// <summary>The RFC 5322 3.3 form with the numeric zone of the value.</summary>
    public static string FormatDate(DateTimeOffset date)
    {
        var zone = date.Offset;
        return string.Create(CultureInfo.InvariantCulture,
            $"{date:ddd, dd MMM yyyy HH:mm:ss} {(zone < TimeSpan.Zero ? '-' : '+')}{zone:hhmm}");
    }

    /// <summary>
    /// Reads the RFC 5322 3.3 form and the obsolete ones of 4.3, comments included. The name of the day may be missing
    /// or wrong; an unknown zone is taken for UTC, as 4.3 says; what follows the zone is not looked at.
    /// </summary>
    public static bool TryParse(string text, out DateTimeOffset date)
    {
        ArgumentNullException.ThrowIfNull(text);
        date = default;
        var plain = WithoutComments(text);
        Span<Range> words = stackalloc Range[8];
        var count = plain.AsSpan().SplitAny(words, " \t\r\n,", StringSplitOptions.RemoveEmptyEntries);
        var first = count > 0 && char.IsAsciiLetter(plain[words[0]][0]) ? 1 : 0;
        if (count < first + 4
            || !TryNumber(plain[words[first]], 2, out var day)
            || Array.IndexOf(Months, plain[words[first + 1]].ToLowerInvariant()) is var month && month < 0
            || !TryYear(plain[words[first + 2]], out var year)
            || day < 1 || day > DateTime.DaysInMonth(year, month + 1)
            || !TryTime(plain[words[first + 3]], out var time))
        {
            return false;
        }

        var offset = count > first + 4 ? Zone(plain[words[first + 4]]) : TimeSpan.Zero;
        date = new DateTimeOffset(new DateTime(year, month + 1, day).Add(time), offset);
        return true;
    }

    static bool TryYear(string text, out int year)
    {
        if (!TryNumber(text, 4, out year))
            return false;
        year += text.Length switch { 2 when year < 50 => 2000, 2 or 3 => 1900, _ => 0 };
        // A day from either end of the calendar, so that every zone fits.
        return year is > 1 and < 9999;
    }

    static bool TryTime(string text, out TimeSpan time)
    {
        time = default;
        var parts = text.Split(':');
        var second = 0;
        if (parts.Length is < 2 or > 3 || !TryNumber(parts[0], 2, out var hour) || !TryNumber(parts[1], 2, out var minute)
            || (parts.Length == 3 && !TryNumber(parts[2], 2, out second)) || hour > 23 || minute > 59 || second > 60)
        {
            return false;
        }

        // A leap second counts as the one before it.
        time = new TimeSpan(hour, minute, Math.Min(second, 59));
        return true;
    }

    static TimeSpan Zone(string text)
    {
        if (text is ['+' or '-', _, _, _, _] && TryNumber(text[1..], 4, out var number) && number < 1400 && number % 100 < 60)
            return new TimeSpan(number / 100, number % 100, 0) * (text[0] == '-' ? -1 : 1);
        // RFC 5322 4.3.
        return TimeSpan.FromHours(text.ToUpperInvariant() switch
        {
            "EDT" => -4,
            "EST" or "CDT" => -5,
            "CST" or "MDT" => -6,
            "MST" or "PDT" => -7,
            "PST" => -8,
            _ => 0,
        });
    }

    static bool TryNumber(string text, int maxDigits, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && text.Length <= maxDigits;

    static string WithoutComments(string text)
    {
        if (!text.Contains('('))
            return text;
        var plain = new StringBuilder();
        var depth = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (depth > 0 && text[i] == '\\')
                i++;
            else if (text[i] == '(' && depth++ == 0)
                plain.Append(' ');
            else if (text[i] == ')' && depth > 0)
                depth--;
            else if (depth == 0)
                plain.Append(text[i]);
        }

        return plain.ToString();
    }
}
