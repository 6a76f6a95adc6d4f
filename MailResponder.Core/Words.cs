using System.Text.Json;

namespace MailResponder;

/// <summary>Names of enum members as they are written in logs, settings and tables.</summary>
internal static class Words
{
    private const int MaxEdits = 3;
    private const int Far = 1000;

    /// <summary>Returns the member's name with hyphens: <c>OverQuota</c> becomes <c>over-quota</c>.</summary>
    public static string Hyphenated<T>(this T member) where T : struct, Enum =>
        JsonNamingPolicy.KebabCaseLower.ConvertName(member.ToString());

    /// <summary>
    /// Returns the candidate that <paramref name="word"/> was most likely meant to be, or null if none is close enough.
    /// The candidate may differ by at most two characters inserted, removed, replaced or swapped, and by at most half
    /// of the word's length, rounded up.
    /// </summary>
    public static string? Nearest(string word, IEnumerable<string> candidates)
    {
        string? nearest = null;
        var smallest = Math.Min(3, (word.Length + 1) / 2 + 1);
        foreach (var candidate in candidates)
        {
            var distance = EditDistance(word, candidate);
            if (distance < smallest)
                (nearest, smallest) = (candidate, distance);
        }

        return nearest;
    }

    /// <summary>
    /// Returns the number of edits that turn one word into the other (optimal string alignment, ignoring case) if it is
    /// at most three; otherwise a larger number.
    /// </summary>
    public static int EditDistance(string a, string b)
    {
        if (Math.Abs(a.Length - b.Length) > MaxEdits)
            return Far;
        var (beforeLast, last, row) = (new int[b.Length + 1], new int[b.Length + 1], new int[b.Length + 1]);
        for (var j = 0; j <= b.Length; j++)
            last[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            // Cells farther from the diagonal need more edits than that.
            var (from, to) = (Math.Max(1, i - MaxEdits), Math.Min(b.Length, i + MaxEdits));
            row[from - 1] = from == 1 ? i : Far;
            for (var j = from; j <= to; j++)
            {
                var same = char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]);
                row[j] = Math.Min(Math.Min(last[j], row[j - 1]) + 1, last[j - 1] + (same ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    row[j] = Math.Min(row[j], beforeLast[j - 2] + 1);
            }

            if (to < b.Length)
                row[to + 1] = Far;
            (beforeLast, last, row) = (last, row, beforeLast);
        }

        return last[b.Length];
    }
}
