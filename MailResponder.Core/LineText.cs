namespace MailResponder;

/// <summary>Characters that break a log line or a header field, or steer a terminal.</summary>
internal static class LineText
{
    /// <summary>
    /// Whether it ends a line or steers a terminal: a control character (C0, DEL, C1), or a separator of lines or
    /// paragraphs.
    /// </summary>
    public static bool Breaks(char c) => char.IsControl(c) || c is '\u2028' or '\u2029';

    /// <summary>
    /// Whether it makes text around it look like another one: bidirectional embeddings, overrides and isolates (Unicode
    /// Standard Annex 9), the byte order mark. Joiners and direction marks do not: Persian needs them.
    /// </summary>
    public static bool Misleads(char c) =>
        c is (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069') or '\ufeff';

    /// <summary>The text with such characters as JSON has them, like \u001b.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="except">Those that stay.</param>
    public static string Visible(string text, string except = "") => !text.Any(IsHidden) ? text
        : string.Concat(text.Select(c => IsHidden(c) && !except.Contains(c) ? $"\\u{(int)c:x4}" : c.ToString()));

    /// <summary>One line of what a program printed: printable, and of 300 characters at most.</summary>
    public static string OneLine(this string text)
    {
        const int most = 300;
        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        line = new string(Array.ConvertAll(line.ToCharArray(), c => char.IsControl(c) ? '?' : c));
        return line.Length <= most ? line : line[..most] + "…";
    }

    private static bool IsHidden(char c) => Breaks(c) || Misleads(c);
}
