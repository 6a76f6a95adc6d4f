using System.Globalization;
using System.Text;

namespace MailResponder.Reply;

/// <summary>The only text of the request that comes back to its sender; whoever forged the request chose it.</summary>
internal static class ReplySubject
{
    private const int MaxLength = 160;

    /// <summary>"Re: " and the subject on one line, bounded; the requested address where there is no subject.</summary>
    public static string For(string requestSubject, string requestedAddress)
    {
        var clean = Clean(requestSubject);
        while (clean.StartsWith("Re:", StringComparison.OrdinalIgnoreCase))
            clean = clean[3..].TrimStart();
        return "Re: " + (clean.Length > 0 ? clean : requestedAddress);
    }

    /// <summary>
    /// Without control characters, line and paragraph separators, halves of surrogate pairs and the marks that turn
    /// the direction of text. Joiners stay: Persian needs them.
    /// </summary>
    private static string Clean(string subject)
    {
        var clean = new StringBuilder();
        foreach (var rune in subject.EnumerateRunes())
        {
            var category = Rune.GetUnicodeCategory(rune);
            if (category is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
                || rune == Rune.ReplacementChar || rune.Value is >= 0x202A and <= 0x202E or >= 0x2066 and <= 0x2069 || Rune.IsWhiteSpace(rune))
            {
                if (clean.Length > 0 && clean[^1] != ' ')
                    clean.Append(' ');
            }
            else if (clean.Length + rune.Utf16SequenceLength > MaxLength)
            {
                clean.Append('…');
                break;
            }
            else
            {
                clean.Append(rune.ToString());
            }
        }

        return clean.ToString().TrimEnd(' ');
    }
}
