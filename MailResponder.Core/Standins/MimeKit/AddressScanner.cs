using System.Text;

namespace MimeKit;

/// <summary>
/// The lexical part of RFC 5322: comments, quoted strings, atoms. Goes forward only; a missing end is looked for
/// once and remembered, so that no input costs more than its length.
/// </summary>
sealed class AddressScanner(string text)
{
    bool _noMoreQuotes;
    bool _noMoreComments;
    bool _noMoreLiterals;
    int _commentStart;
    int _commentEnd;

    internal int Position { get; private set; }

    internal bool AtEnd => Position >= text.Length;

    internal char Current => text[Position];

    internal void Advance() => Position++;

    /// <summary>Forgets the last comment.</summary>
    internal void DropComment() => _commentEnd = _commentStart;

    /// <summary>The last comment since one was dropped, or null; the oldest way to write a display name.</summary>
    internal string? Comment => _commentEnd > _commentStart
        ? text[_commentStart.._commentEnd].Replace("\\", "", StringComparison.Ordinal)
        : null;

    /// <summary>Passes white space, control characters and comments.</summary>
    internal bool SkipBlanks()
    {
        var start = Position;
        while (!AtEnd)
        {
            if (Current is <= ' ' or '\u007f')
                Advance();
            else if (Current == '(')
                SkipComment();
            else
                break;
        }
        return Position > start;
    }

    void SkipComment()
    {
        var depth = 0;
        for (var i = Position; !_noMoreComments && i < text.Length; i++)
        {
            if (text[i] == '\\')
                i++;
            else if (text[i] == '(')
                depth++;
            else if (text[i] == ')' && --depth == 0)
            {
                (_commentStart, _commentEnd) = (Position + 1, i);
                Position = i + 1;
                return;
            }
        }
        _noMoreComments = true;
        Advance();
    }

    /// <summary>Passes a quoted string and gives its content; without an end, only the quote is passed.</summary>
    internal bool TryReadQuoted(out string content)
    {
        content = "";
        var start = Position + 1;
        for (var i = start; !_noMoreQuotes && i < text.Length; i++)
        {
            if (text[i] == '\\')
                i++;
            else if (text[i] == '"')
            {
                content = Unescape(text.AsSpan(start, i - start));
                Position = i + 1;
                return true;
            }
        }
        _noMoreQuotes = true;
        Advance();
        return false;
    }

    // Control characters in an address or a name have no honest use.
    static string Unescape(ReadOnlySpan<char> quoted)
    {
        var content = new StringBuilder(quoted.Length);
        for (var i = 0; i < quoted.Length; i++)
        {
            if (quoted[i] == '\\' && i + 1 < quoted.Length)
                i++;
            if (!char.IsControl(quoted[i]))
                content.Append(quoted[i]);
            else if (quoted[i] == '\t')
                content.Append(' ');
        }
        return content.ToString();
    }

    /// <summary>Passes atom characters; empty where none stands.</summary>
    internal ReadOnlySpan<char> ReadAtom()
    {
        var start = Position;
        while (!AtEnd && InternetAddress.IsAtomCharacter(Current))
            Advance();
        return text.AsSpan(start, Position - start);
    }

    /// <summary>The domain after an "@": atoms with dots and perhaps blanks, or a literal; null if none.</summary>
    internal string? ReadDomain()
    {
        SkipBlanks();
        DropComment();
        if (!AtEnd && Current == '[')
            return ReadLiteral();
        var domain = new StringBuilder();
        while (true)
        {
            var atom = ReadAtom();
            if (atom.IsEmpty)
                break;
            domain.Append(atom);
            SkipBlanks();
            if (AtEnd || Current != '.')
                return domain.ToString();
            Advance();
            domain.Append('.');
            SkipBlanks();
            DropComment();
        }
        // A final dot is the root of the DNS, not part of the name in mail.
        return domain.Length > 1 ? domain.ToString(0, domain.Length - 1) : null;
    }

    string? ReadLiteral()
    {
        var length = _noMoreLiterals ? -1 : text.AsSpan(Position).IndexOf(']');
        if (length < 0)
        {
            _noMoreLiterals = true;
            return null;
        }
        var literal = new StringBuilder(length + 1);
        foreach (var c in text.AsSpan(Position, length + 1))
            if (c > ' ' && !char.IsControl(c) && c != '\\')
                literal.Append(c);
        Position += length + 1;
        SkipBlanks();
        return literal.ToString();
    }

    /// <summary>Goes to the next of these characters; to the end if there is none.</summary>
    internal void SkipTo(ReadOnlySpan<char> stops)
    {
        var length = text.AsSpan(Position).IndexOfAny(stops);
        Position = length < 0 ? text.Length : Position + length;
    }
}
