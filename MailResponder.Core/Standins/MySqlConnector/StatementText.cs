using System.Text;

namespace MySqlConnector;

/// <summary>Turns the names in a statement (@name) into the places (?) that a prepared statement has.</summary>
static class StatementText
{
    /// <summary>
    /// Names inside quotes, backticks and comments are left alone, and so are the server's own (@@name) and names that
    /// no parameter has. A name may stand in several places.
    /// </summary>
    /// <returns>The statement, and the parameter of each place in turn.</returns>
    public static (string Text, List<MySqlParameter> Places) Parse(string text, MySqlParameterCollection parameters)
    {
        var places = new List<MySqlParameter>();
        if (parameters.Count == 0)
            return (text, places);
        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length;)
        {
            var end = EndOfToken(text, i);
            var parameter = text[i] == '@' ? parameters.Find(text[i..end]) : null;
            if (parameter is null)
            {
                result.Append(text, i, end - i);
            }
            else
            {
                result.Append('?');
                places.Add(parameter);
            }

            i = end;
        }

        return (result.ToString(), places);
    }

    static int EndOfToken(string text, int start)
    {
        switch (text[start])
        {
            case '\'' or '"' or '`':
                return EndOfQuotes(text, start);
            case '#':
                return EndOfLine(text, start);
            case '-' when text.AsSpan(start).StartsWith("-- "):
                return EndOfLine(text, start);
            case '/' when text.AsSpan(start).StartsWith("/*"):
                var close = text.IndexOf("*/", start + 2, StringComparison.Ordinal);
                return close < 0 ? text.Length : close + 2;
            case '@':
                var end = start + 1;
                while (end < text.Length && (char.IsLetterOrDigit(text[end]) || text[end] is '_' or '.' or '$' or '@'))
                    end++;
                return end;
            default:
                return start + 1;
        }
    }

    static int EndOfQuotes(string text, int start)
    {
        var quote = text[start];
        for (var i = start + 1; i < text.Length; i++)
        {
            if (text[i] == '\\' && quote != '`')
                i++;
            else if (text[i] == quote)
                return i + 1;
        }

        return text.Length;
    }

    static int EndOfLine(string text, int start)
    {
        var end = text.IndexOf('\n', start);
        return end < 0 ? text.Length : end + 1;
    }
}
