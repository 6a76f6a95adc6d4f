using System.Text;

namespace MimeKit;

/// <summary>Collects a header value and breaks its lines between words (RFC 5322 2.2.3).</summary>
sealed class HeaderFolder(string field)
{
    internal const int MaxColumns = 78;
    const int HardLimit = 990;

    readonly StringBuilder _text = new(128);

    /// <summary>Characters on the current line so far, the field name and colon included.</summary>
    internal int Column { get; private set; } = field.Length + 1;

    /// <summary>Appends unstructured text; a break goes before the blanks, so that unfolding restores it.</summary>
    internal void AppendWord(string blanks, ReadOnlySpan<char> word)
    {
        if (Column + blanks.Length + word.Length > MaxColumns && Column > 0)
            Break();
        Append(blanks);
        Append(word);
    }

    /// <summary>Appends an element of structured syntax, where the amount of white space has no meaning.</summary>
    internal void AppendToken(ReadOnlySpan<char> token)
    {
        if (Column + 1 + token.Length > MaxColumns)
        {
            Break();
            Append("\t");
        }
        else
            Append(" ");
        // Nothing lawful is that long; a broken identifier does less harm than a refused message.
        for (; token.Length > HardLimit; token = token[HardLimit..])
        {
            Append(token[..HardLimit]);
            Break();
            Append("\t");
        }
        Append(token);
    }

    internal void Append(ReadOnlySpan<char> text)
    {
        _text.Append(text);
        Column += text.Length;
    }

    internal void Break()
    {
        _text.Append('\n');
        Column = 0;
    }

    /// <summary>The value so far, ended by a line feed. More may be appended afterwards.</summary>
    internal byte[] ToBytes() => Encoding.UTF8.GetBytes(_text.Length == 0 ? " \n" : _text + "\n");
}
