namespace MailResponder;

/// <summary>Characters that break a log line or a header field, or control a terminal.</summary>
internal static class LineText
{
    /// <summary>
    /// Whether the character ends a line or controls a terminal: a control character (C0, DEL, C1) or a line or
    /// paragraph separator.
    /// </summary>
    public static bool Breaks(char c) => char.IsControl(c) || c is '\u2028' or '\u2029';

    /// <summary>
    /// Whether the character makes the text around it look like different text: bidirectional embeddings, overrides and
    /// isolates (Unicode Standard Annex 9), and the byte order mark. Joiners and direction marks are not included:
    /// Persian needs them.
    /// </summary>
    public static bool Misleads(char c) =>
        c is (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069') or '\ufeff';

    /// <summary>
    /// Returns the text with each character that breaks or misleads written as a JSON escape, like \u001b.
    /// </summary>
    /// <param name="text">Any text.</param>
    /// <param name="except">Characters to leave as they are.</param>
    public static string Visible(string text, string except = "") => !text.Any(IsHidden) ? text
        : string.Concat(text.Select(c => IsHidden(c) && !except.Contains(c) ? $"\\u{(int)c:x4}" : c.ToString()));

    /// <summary>Returns a program's output as one printable line, cut after 300 characters.</summary>
    public static string OneLine(this string text)
    {
        const int most = 300;
        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        line = new string(Array.ConvertAll(line.ToCharArray(), c => char.IsControl(c) ? '?' : c));
        return line.Length <= most ? line : line[..most] + "…";
    }

    private static bool IsHidden(char c) => Breaks(c) || Misleads(c);
}
