namespace MailResponder.Book;

/// <summary>
/// The places of an HTML text where an <c>a</c> element would not become a link. Reads the text as a browser does
/// (WHATWG HTML, section 13.2.5), as far as needed for tags, comments, elements without markup, and links.
/// </summary>
internal sealed class HtmlPlaces(string html)
{
    /// <summary>The elements whose content is text, whatever it looks like.</summary>
    private static readonly string[] WithoutMarkup = ["style", "script", "title", "textarea"];

    private static readonly char[] EndsOrQuotes = ['>', '"', '\''];

    private readonly List<(int Begin, int End, string What)> _places = [.. WithoutLinks(html)];
    private int _next;

    /// <summary>Returns what the place is, in words. Null if a link works there.</summary>
    /// <param name="offset">An offset in the text, not less than in the call before.</param>
    public string? At(int offset)
    {
        while (_next < _places.Count && _places[_next].End <= offset)
            _next++;
        return _next < _places.Count && _places[_next].Begin <= offset ? _places[_next].What : null;
    }

    /// <summary>Returns those places in order, without overlaps.</summary>
    private static IEnumerable<(int Begin, int End, string What)> WithoutLinks(string html)
    {
        const string anotherLink = "another link";
        var (text, isInLink) = (0, false);
        foreach (var (begin, end, what, tag) in Markup(html))
        {
            if (isInLink)
                yield return (text, begin, anotherLink);
            yield return (begin, end, what);
            text = end;
            isInLink = tag == "a" ? html.AsSpan(begin, end - begin).Contains("href", StringComparison.OrdinalIgnoreCase)
                : isInLink && tag != "/a";
        }

        if (isInLink)
            yield return (text, html.Length, anotherLink);
    }

    /// <summary>
    /// Returns the comments, the tags and the content of <see cref="WithoutMarkup"/>, in order. Tag is the name of a
    /// tag in lower case, after a slash for an end tag; empty for anything else.
    /// </summary>
    private static IEnumerable<(int Begin, int End, string What, string Tag)> Markup(string html)
    {
        var at = 0;
        for (int begin; (begin = html.IndexOf('<', at)) >= 0;)
        {
            // <!--> is a whole comment.
            if (html.AsSpan(begin).StartsWith("<!--"))
            {
                yield return (begin, at = EndOf(html, "-->", begin + 2), "a comment", "");
                continue;
            }

            var tag = TagAt(html, at = begin + 1);
            // A < before anything else is text.
            if (tag.Length == 0 && !(at < html.Length && html[at] is '!' or '?' or '/'))
                continue;
            yield return (begin, at = EndOfTag(html, begin), "a tag", tag);
            if (!WithoutMarkup.Contains(tag))
                continue;
            var content = at;
            at = html.IndexOf("</" + tag, content, StringComparison.OrdinalIgnoreCase) is >= 0 and var end ? end
                : html.Length;
            yield return (content, at, $"<{tag}>", "");
        }
    }

    private static string TagAt(string html, int at)
    {
        var name = html.AsSpan(at).StartsWith("/") ? at + 1 : at;
        var end = name;
        while (end < html.Length && (char.IsAsciiLetter(html[end]) || (end > name && char.IsAsciiDigit(html[end]))))
            end++;
        return end > name ? html[at..end].ToLowerInvariant() : "";
    }

    /// <summary>Returns the end of the tag. A &gt; in quotation marks does not end it.</summary>
    private static int EndOfTag(string html, int begin)
    {
        var at = html.IndexOfAny(EndsOrQuotes, begin);
        while (at >= 0 && html[at] != '>')
            at = html.IndexOf(html[at], at + 1) is >= 0 and var quote ? html.IndexOfAny(EndsOrQuotes, quote + 1) : -1;
        return at < 0 ? html.Length : at + 1;
    }

    private static int EndOf(string html, string end, int from) =>
        html.IndexOf(end, from, StringComparison.Ordinal) is >= 0 and var found ? found + end.Length : html.Length;
}
