using System.Text;

namespace MailResponder.Cli;

/// <summary>
/// Builds a manual page in the language of man(7). Its input is plain text or Markdown, and is escaped.
/// </summary>
internal sealed class RoffText
{
    private const string Literal = "    ";

    private readonly StringBuilder _text = new();

    public override string ToString() => _text.ToString();

    /// <summary>Adds the title line of a page such as <c>responder(8)</c>.</summary>
    public RoffText Page(string name, int section) =>
        Line($".TH \"{Escaped(name.ToUpperInvariant())}\" {section} \"\" \"\" \"Mail responder\"");

    public RoffText Section(string title) => Line($".SH \"{Escaped(title.ToUpperInvariant())}\"");

    public RoffText Subsection(string title) => Line($".SS \"{Inline(title)}\"");

    /// <summary>Adds a term, such as an option, and an indented paragraph that explains it.</summary>
    public RoffText Item(string name, string meaning) =>
        Line(".TP").Line($"\\fB{Escaped(name)}\\fR").Line(Inline(meaning));

    /// <summary>Adds Markdown: paragraphs, lists, tables and examples. A link becomes its text.</summary>
    public RoffText Markdown(IEnumerable<string> lines)
    {
        string[]? columns = null;
        var isFenced = false;
        var isNew = true;
        foreach (var line in lines)
        {
            var isLiteral = isFenced || line.StartsWith(Literal, StringComparison.Ordinal);
            if (line.StartsWith("```", StringComparison.Ordinal))
                Line((isFenced = !isFenced) ? ".PP\n.nf\n.RS 4" : ".RE\n.fi");
            else if (isFenced)
                Line(Guarded(Escaped(line)));
            else if (isLiteral && line.Trim().Length > 0)
                Line(".PP\n.nf\n.RS 4").Line(Guarded(Escaped(line.Trim()))).Line(".RE\n.fi");
            else if (line.StartsWith('|'))
                columns = Row(Cells(line), columns);
            else if (line.StartsWith("### ", StringComparison.Ordinal))
                Subsection(line[4..]);
            else if (line.StartsWith("- ", StringComparison.Ordinal))
                Line(".IP \\(bu 2").Line(Inline(line[2..]));
            else if (line.Length > 0)
                Line((isNew ? ".PP\n" : "") + Inline(line.Trim()));
            isNew = isLiteral || line.Length == 0 || line[0] is '|' or '#'
                || line.StartsWith("```", StringComparison.Ordinal);
            if (!line.StartsWith('|'))
                columns = null;
        }

        return this;
    }

    /// <summary>
    /// Adds a row of a table: the first cell as a term, the other cells as its explanation, each after the name of its
    /// column. Returns the names of the columns, which the first row holds.
    /// </summary>
    private string[] Row(string[] cells, string[]? columns)
    {
        if (columns is null)
            return cells;
        if (cells[0].StartsWith("---", StringComparison.Ordinal))
            return columns;
        Line(".TP").Line(Inline(cells[0]));
        for (var i = 1; i < cells.Length; i++)
        {
            var name = cells.Length == 2 || columns[i] == "meaning" ? "" : Escaped(columns[i]) + ": ";
            if (cells[i].Length > 0 && cells[i] != "–")
                Line((i > 1 ? ".br\n" : "") + Guarded(name + Inline(cells[i])));
        }

        return columns;
    }

    private static string[] Cells(string row) => Array.ConvertAll(
        row.Replace("\\|", "\0", StringComparison.Ordinal).Trim('|', ' ').Split('|'),
        cell => cell.Trim().Replace('\0', '|'));

    /// <summary>Returns a line with its code and strong text in bold, and its links replaced by their text.</summary>
    private static string Inline(string markdown)
    {
        var text = new StringBuilder();
        var rest = markdown.AsSpan();
        while (rest.Length > 0)
        {
            var mark = rest.StartsWith("**") ? "**" : rest[0] == '`' ? "`" : "";
            var end = mark.Length == 0 ? -1 : rest[mark.Length..].IndexOf(mark);
            var middle = rest[0] == '[' ? rest.IndexOf("](") : -1;
            if (end > 0)
            {
                text.Append("\\fB").Append(Escaped(rest.Slice(mark.Length, end).ToString())).Append("\\fR");
                rest = rest[(end + (2 * mark.Length))..];
            }
            else if (middle > 0 && rest[middle..].IndexOf(')') is var close && close > 0)
            {
                text.Append(Escaped(rest[1..middle].ToString()));
                rest = rest[(middle + close + 1)..];
            }
            else
            {
                text.Append(Escaped(rest[..1].ToString()));
                rest = rest[1..];
            }
        }

        return Guarded(text.ToString());
    }

    /// <summary>
    /// Escapes characters that man(7) interprets, and characters outside ASCII: groff(7), "Special characters".
    /// </summary>
    private static string Escaped(string text)
    {
        var escaped = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            escaped.Append(rune.Value switch
            {
                '\\' => "\\(rs",
                '-' => "\\-",
                '"' => "\\(dq",
                '\'' => "\\(aq",
                '`' => "\\(ga",
                '^' => "\\(ha",
                '~' => "\\(ti",
                > 126 => $"\\[u{rune.Value:X4}]",
                _ => rune.ToString(),
            });
        }

        return escaped.ToString();
    }

    /// <summary>Guards a line of text that begins with a dot, which troff would read as a request.</summary>
    private static string Guarded(string line) => line is ['.', ..] ? "\\&" + line : line;

    private RoffText Line(string line)
    {
        _text.Append(line).Append('\n');
        return this;
    }
}
