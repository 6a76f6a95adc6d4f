using System.Buffers;
using System.Text;

namespace MimeKit;

/// <summary>Turns header text into one line: what a reader sees, and what may be written.</summary>
static class HeaderText
{
    static readonly SearchValues<char> Controls = SearchValues.Create(
        "\0\u0001\u0002\u0003\u0004\u0005\u0006\a\b\t\n\v\f\r\u000e\u000f\u0010\u0011\u0012\u0013\u0014\u0015\u0016"
        + "\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f\u007f");

    /// <summary>Text that was read: CR and LF go, or become a space where they alone parted two words.</summary>
    internal static string Unfold(string text)
    {
        var trimmed = text.Trim();
        return Join(trimmed, trimmed.AsSpan().IndexOfAny('\r', '\n') < 0, false);
    }

    /// <summary>Text to be written: additionally a tab becomes a space and the other control characters go.</summary>
    internal static string Clean(string text) => Join(text.Trim(), text.AsSpan().IndexOfAny(Controls) < 0, true).Trim();

    /// <summary>A quoted string (RFC 5322 3.2.4).</summary>
    internal static string Quote(string text) =>
        "\""
        + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
        + "\"";

    static string Join(string text, bool isOneLine, bool dropsControls)
    {
        if (isOneLine)
            return text;
        var line = new StringBuilder(text.Length);
        var broken = false;
        foreach (var c in text)
        {
            if (c is '\r' or '\n')
            {
                broken = true;
                continue;
            }
            if (dropsControls && c != '\t' && (c < ' ' || c == '\u007f'))
                continue;
            if (broken && c is not (' ' or '\t') && line.Length > 0 && line[^1] != ' ')
                line.Append(' ');
            broken = false;
            line.Append(dropsControls && c == '\t' ? ' ' : c);
        }
        return line.ToString();
    }
}
