using System.Text;

namespace MailResponder;

/// <summary>Names of enum members as they are written in logs, settings and tables.</summary>
internal static class Words
{
    /// <summary>The member's name with hyphens: <c>OverQuota</c> becomes <c>over-quota</c>.</summary>
    public static string Hyphenated<T>(this T member) where T : struct, Enum
    {
        var name = member.ToString();
        var words = new StringBuilder(name.Length + 4);
        foreach (var c in name)
        {
            if (char.IsAsciiLetterUpper(c) && words.Length > 0)
                words.Append('-');
            words.Append(char.ToLowerInvariant(c));
        }

        return words.ToString();
    }

    /// <summary>
    /// The candidate that <paramref name="word"/> was most likely meant to be, or null when none is close: at most two
    /// letters inserted, removed, replaced or swapped, and fewer than half of the word.
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

    /// <summary>Edits that turn one word into the other (optimal string alignment, ASCII case ignored).</summary>
    public static int EditDistance(string a, string b)
    {
        if (Math.Abs(a.Length - b.Length) > 3)
            return int.MaxValue;
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
            d[i, 0] = i;
        for (var j = 0; j <= b.Length; j++)
            d[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var same = char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]);
                d[i, j] = Math.Min(Math.Min(d[i - 1, j], d[i, j - 1]) + 1, d[i - 1, j - 1] + (same ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        }

        return d[a.Length, b.Length];
    }
}
