using System.Text;

namespace MailResponder.Incoming.Authentication;

/// <summary>
/// Reads the grammar of RFC 8601, section 2.2. Values contain domain names that strangers choose, and filters copy them
/// unchanged ("header.d=example.com(.evil.example"). So nothing is repaired: a statement with a property that does not
/// fit the grammar loses all its properties.
/// </summary>
internal ref struct AuthenticationResultsReader(ReadOnlySpan<byte> text)
{
    private static readonly Dictionary<string, string> None = [];
    private readonly ReadOnlySpan<byte> _text = text;
    private int _at;

    /// <summary>Whether the text ended inside a comment or a quoted string.</summary>
    private bool _isCut;

    private readonly bool AtEnd => _at == _text.Length;

    public AuthenticationResults? Read()
    {
        SkipBlank();
        if (Value() is not { } authservId)
            return null;
        SkipBlank();
        if (!AtEnd && char.IsAsciiDigit((char)_text[_at]) && Keyword() != "1")
            return null;
        SkipBlank();
        if (!AtEnd && !IsAt(';'))
            return null;
        var results = new List<AuthenticationResult>();
        while (Take(';'))
        {
            if (Statement() is { } result)
                results.Add(result);
            SkipStatement();
        }

        return new AuthenticationResults(authservId, results);
    }

    /// <summary>
    /// Reads a statement. Null for "none" in place of all statements, for another version of a method, and for text
    /// that is not a statement.
    /// </summary>
    private AuthenticationResult? Statement()
    {
        SkipBlank();
        var method = Keyword();
        SkipBlank();
        if (Take('/'))
        {
            SkipBlank();
            if (Keyword() != "1")
                return null;
            SkipBlank();
        }

        if (method.Length == 0 || !Take('='))
            return null;
        SkipBlank();
        var result = Keyword();
        return result.Length == 0 ? null : new AuthenticationResult(method, result, Properties() ?? None);
    }

    /// <summary>
    /// Reads the properties of a statement. Null if any of them does not fit the grammar or occurs twice.
    /// </summary>
    private Dictionary<string, string>? Properties()
    {
        var properties = new Dictionary<string, string>();
        while (true)
        {
            var before = _at;
            SkipBlank();
            if (_isCut)
                return null;
            if (AtEnd || IsAt(';'))
                return properties;
            if (_at == before || Name() is not { } name || !Take('='))
                return null;
            SkipBlank();
            // A comment directly after a value may hide a part of the value.
            if (Value() is not { } value || !(AtEnd || IsAt(';') || IsBlank(_text[_at]))
                || !properties.TryAdd(name, value))
                return null;
        }
    }

    /// <summary>Reads the name of a property like "header.d", or "reason". Null for anything else.</summary>
    private string? Name()
    {
        var name = Keyword();
        SkipBlank();
        if (Take('.'))
        {
            SkipBlank();
            var property = Keyword();
            SkipBlank();
            return name.Length == 0 || property.Length == 0 ? null : name + "." + property;
        }

        return name == "reason" ? name : null;
    }

    /// <summary>Reads letters, digits, hyphens and underscores, possibly none. Returns them in lower case.</summary>
    private string Keyword()
    {
        var start = _at;
        while (!AtEnd && (char.IsAsciiLetterOrDigit((char)_text[_at]) || _text[_at] is (byte)'-' or (byte)'_'))
            _at++;
        return Encoding.ASCII.GetString(_text[start.._at]).ToLowerInvariant();
    }

    /// <summary>
    /// Reads a word, a quoted string, or a sequence of them, as in an address. Returns it in lower case; null if it is
    /// empty or cut off.
    /// </summary>
    private string? Value()
    {
        var value = new MemoryStream();
        while (!AtEnd)
        {
            var c = _text[_at];
            if (c == '"')
                Quoted(value);
            else if (c is <= (byte)' ' or 0x7F or (byte)';' or (byte)'(' or (byte)')')
                break;
            else
                Keep(value);
        }

        return _isCut || value.Length == 0 ? null
            : Encoding.UTF8.GetString(value.GetBuffer(), 0, (int)value.Length).ToLowerInvariant();
    }

    private void Quoted(MemoryStream content)
    {
        for (_at++; !AtEnd; Keep(content))
        {
            if (Take('"'))
                return;
            if (Take('\\') && AtEnd)
                break;
        }

        _isCut = true;
    }

    private void Keep(MemoryStream value) => value.WriteByte(_text[_at++]);

    private void SkipStatement()
    {
        for (SkipBlank(); !AtEnd && !IsAt(';'); SkipBlank())
        {
            if (IsAt('"'))
                Quoted(new MemoryStream());
            else
                _at++;
        }
    }

    /// <summary>Skips white space, line ends and comments, which may be nested (RFC 5322, section 3.2.2).</summary>
    private void SkipBlank()
    {
        var depth = 0;
        for (; !AtEnd; _at++)
        {
            var c = _text[_at];
            if (c == '(')
                depth++;
            else if (c == ')' && depth > 0)
                depth--;
            else if (c == '\\' && depth > 0)
                _at = Math.Min(_at + 1, _text.Length - 1);
            else if (depth == 0 && !IsBlank(c))
                return;
        }

        _isCut |= depth > 0;
    }

    private bool Take(char c)
    {
        if (!IsAt(c))
            return false;
        _at++;
        return true;
    }

    private readonly bool IsAt(char c) => !AtEnd && _text[_at] == c;

    private static bool IsBlank(byte c) => c is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n';
}
