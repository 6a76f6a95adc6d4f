namespace MailResponder.Doctor;

/// <summary>Phrases of findings.</summary>
internal static class Phrases
{
    /// <summary>"1 file", "3 files"; for words whose plural takes an s.</summary>
    public static string Count(this int number, string noun) =>
        number.ToString(System.Globalization.CultureInfo.InvariantCulture) + " " + noun + (number == 1 ? "" : "s");

    /// <summary>An age as people say it: "40 minutes", "3 hours", "2 days".</summary>
    public static string InWords(this TimeSpan age) =>
        age.TotalHours < 2 ? ((int)age.TotalMinutes).Count("minute")
        : age.TotalDays < 2 ? ((int)age.TotalHours).Count("hour")
        : ((int)age.TotalDays).Count("day");

    /// <summary>At most five names; the rest is counted.</summary>
    public static string Some(this IReadOnlyCollection<string> names)
    {
        const int most = 5;
        return string.Join(", ", names.Take(most)) + (names.Count > most ? $" and {names.Count - most} more" : "");
    }
}
