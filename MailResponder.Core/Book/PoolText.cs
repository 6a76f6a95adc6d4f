using System.Net;
using System.Text;

namespace MailResponder.Book;

/// <summary>Fills in texts: {{name}} is replaced by links of a pool, and {{{{ by a literal {{.</summary>
internal static class PoolText
{
    private const string Begin = "{{", End = "}}";

    /// <summary>Replaces each {{name}} in a text.</summary>
    /// <param name="replacement">
    /// Returns the replacement for a name. If }} is missing, the name is the rest of the text.
    /// </param>
    public static string Fill(string text, Func<string, string> replacement)
    {
        var filled = new StringBuilder(text.Length);
        var at = 0;
        foreach (var (begin, end, name) in Marks(text))
        {
            filled.Append(text, at, begin - at).Append(name is null ? Begin : replacement(name));
            at = end;
        }

        return filled.Append(text, at, text.Length - at).ToString();
    }

    /// <summary>Returns the name of each {{name}} in a text, in order, and where its {{ begins.</summary>
    public static IEnumerable<(string Name, int At)> Names(string text) =>
        Marks(text).Where(mark => mark.Name is not null).Select(mark => (mark.Name!, mark.Begin));

    /// <summary>Returns where each {{name}} and {{{{ begins and ends. The name is null for {{{{.</summary>
    private static IEnumerable<(int Begin, int End, string? Name)> Marks(string text)
    {
        var at = 0;
        for (int begin; (begin = text.IndexOf(Begin, at, StringComparison.Ordinal)) >= 0;)
        {
            var name = begin + Begin.Length;
            var isLiteral = string.CompareOrdinal(text, name, Begin, 0, Begin.Length) == 0;
            var end = isLiteral ? name : text.IndexOf(End, name, StringComparison.Ordinal);
            at = end < 0 ? text.Length : end + End.Length;
            yield return (begin, at, isLiteral ? null : end < 0 ? text[name..] : text[name..end]);
        }
    }

    /// <summary>Formats links for a body, one per line. In html, each becomes an a element.</summary>
    /// <param name="subtype">The subtype of the body: plain or html.</param>
    public static string Of(IReadOnlyList<string> links, string subtype) => subtype != "html"
        ? string.Join('\n', links)
        : string.Join("<br>\n", links.Select(WebUtility.HtmlEncode).Select(link => $"<a href=\"{link}\">{link}</a>"));
}
