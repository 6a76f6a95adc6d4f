using System.Globalization;

namespace MailResponder.Doctor;

/// <summary>
/// Phrases for the texts of findings, and parsers for the numbers and times that other programs write.
/// </summary>
internal static class Phrases
{
    /// <summary>Returns a count with its noun: "1 file", "3 files". The plural of the noun must end in s.</summary>
    public static string Count(this int number, string noun) =>
        $"{number} {noun}{(number == 1 ? "" : "s")}";

    /// <summary>Returns an age in words: "40 minutes", "3 hours", "2 days"; a negative one is "0 minutes".</summary>
    public static string InWords(this TimeSpan age) =>
        age.TotalHours < 2 ? Math.Max(0, (int)age.TotalMinutes).Count("minute")
        : age.TotalDays < 2 ? ((int)age.TotalHours).Count("hour")
        : ((int)age.TotalDays).Count("day");

    /// <summary>Returns at most five names, then the number of the others. Null if there are none.</summary>
    public static string? Some(this IEnumerable<string> names)
    {
        const int most = 5;
        var all = names.ToList();
        return all.Count == 0 ? null
            : string.Join(", ", all.Take(most)) + (all.Count > most ? $" and {all.Count - most} more" : "");
    }

    /// <summary>Parses a whole number that consists of digits only. Null for any other text.</summary>
    public static long? AsNumber(this string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>
    /// Parses a time span of systemd.time(7), like <c>1d 12h</c>, or of postconf(5). A number without a unit is in
    /// seconds. Null for any other text.
    /// </summary>
    public static TimeSpan? AsTime(this string text)
    {
        var time = TimeSpan.Zero;
        var rest = text.AsSpan().Trim();
        do
        {
            var behind = rest.TrimStart("0123456789");
            var end = behind.IndexOfAnyInRange('0', '9') is >= 0 and var next ? next : behind.Length;
            if (!int.TryParse(rest[..^behind.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                || SecondsOf(behind[..end].Trim()) is not { } seconds)
                return null;
            time += TimeSpan.FromSeconds((double)number * seconds);
            rest = behind[end..];
        }
        while (!rest.IsEmpty);

        return time;
    }

    private static int? SecondsOf(ReadOnlySpan<char> unit) => unit switch
    {
        "" or "s" or "sec" or "second" or "seconds" => 1,
        "m" or "min" or "minute" or "minutes" => 60,
        "h" or "hr" or "hour" or "hours" => 3600,
        "d" or "day" or "days" => 86_400,
        "w" or "week" or "weeks" => 604_800,
        "M" or "month" or "months" => 2_629_800,
        "y" or "year" or "years" => 31_557_600,
        _ => null,
    };
}
