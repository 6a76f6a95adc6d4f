namespace MailResponder.Doctor;

/// <summary>Phrases for lists of findings.</summary>
internal static class Findings
{
    /// <summary>The findings, or the good news when there are none.</summary>
    public static IEnumerable<Finding> OrOk(this IEnumerable<Finding> findings, string name, string text)
    {
        var any = false;
        foreach (var finding in findings)
        {
            any = true;
            yield return finding;
        }

        if (!any)
            yield return Finding.Ok(name, text);
    }

    /// <summary>"1 file", "3 files"; for words whose plural takes an s.</summary>
    public static string Count(this long number, string noun) =>
        number.ToString(System.Globalization.CultureInfo.InvariantCulture) + " " + noun + (number == 1 ? "" : "s");

    public static string Count(this int number, string noun) => ((long)number).Count(noun);

    /// <summary>An age as people say it: "40 minutes", "3 hours", "2 days".</summary>
    public static string InWords(this TimeSpan age) =>
        age.TotalHours < 2 ? ((int)age.TotalMinutes).Count("minute")
        : age.TotalDays < 2 ? ((int)age.TotalHours).Count("hour")
        : ((int)age.TotalDays).Count("day");

    /// <summary>At most so many names; the rest is counted.</summary>
    public static string Some(this IReadOnlyCollection<string> names, int most = 5) =>
        string.Join(", ", names.Take(most)) + (names.Count > most ? $" and {names.Count - most} more" : "");

    /// <summary>One line of what a program printed: printable, and not endless.</summary>
    public static string OneLine(this string text)
    {
        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        line = new string(Array.ConvertAll(line.ToCharArray(), c => char.IsControl(c) ? '?' : c));
        return line.Length <= 300 ? line : line[..300] + "…";
    }
}
