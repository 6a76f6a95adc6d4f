using System.Net;
using System.Text;

namespace MailResponder.Book;

/// <summary>Texts in which {{name}} stands for links of a pool, and {{{{ for {{.</summary>
internal static class PoolText
{
    private const string Begin = "{{", End = "}}";

    /// <summary>The text with something in place of each {{name}}.</summary>
    /// <param name="replacement">Of the name; one that does not end is the rest of the text.</param>
    public static string Fill(string text, Func<string, string> replacement)
    {
        var filled = new StringBuilder(text.Length);
        var at = 0;
        for (int begin; (begin = text.IndexOf(Begin, at, StringComparison.Ordinal)) >= 0;)
        {
            filled.Append(text, at, begin - at);
            var name = begin + Begin.Length;
            if (string.CompareOrdinal(text, name, Begin, 0, Begin.Length) == 0)
            {
                filled.Append(Begin);
                at = name + Begin.Length;
                continue;
            }

            var end = text.IndexOf(End, name, StringComparison.Ordinal);
            filled.Append(replacement(end < 0 ? text[name..] : text[name..end]));
            at = end < 0 ? text.Length : end + End.Length;
        }

        return filled.Append(text, at, text.Length - at).ToString();
    }

    /// <summary>Links as they stand in a body: one a line, in html each as a link.</summary>
    /// <param name="subtype">The body's: plain or html.</param>
    public static string Of(IReadOnlyList<string> links, string subtype) => subtype != "html"
        ? string.Join('\n', links)
        : string.Join("<br>\n", links.Select(WebUtility.HtmlEncode).Select(link => $"<a href=\"{link}\">{link}</a>"));
}
