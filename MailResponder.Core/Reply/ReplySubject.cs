using System.Text;

namespace MailResponder.Reply;

/// <summary>The only text of the request that comes back to its sender; whoever forged the request chose it.</summary>
internal static class ReplySubject
{
    private const int MaxLength = 160;

    /// <summary>The shortest telephone numbers that are called abroad have seven digits.</summary>
    private const int DigitsOfNumber = 7;

    /// <summary>
    /// "Re: " and the subject on one line, bounded; the requested address where there is no subject, or where the subject
    /// tells its reader where to go, to write or to call. Our reply would bring that to whomever the request names in
    /// From, signed by us.
    /// </summary>
    public static string For(string requestSubject, string requestedAddress)
    {
        var clean = Clean(requestSubject);
        while (clean.StartsWith("Re:", StringComparison.OrdinalIgnoreCase))
            clean = clean[3..].TrimStart();
        return "Re: " + (clean.Length > 0 && !NamesAPlace(clean) ? clean : requestedAddress);
    }

    /// <summary>
    /// Whether anything in it could be a host name, a mail or web address, or a telephone number. Too much is taken for one,
    /// like "v2.no", rather than too little. So is an encoded word that was itself encoded: MimeKit writes it as it is,
    /// and a mail program decodes it.
    /// </summary>
    private static bool NamesAPlace(string subject)
    {
        var digits = 0;
        for (var i = 0; i < subject.Length; i++)
        {
            var c = subject[i];
            if (c is '@' or '＠' || (c == '=' && subject.AsSpan(i).StartsWith("=?")) || (c == ':' && subject.AsSpan(i).StartsWith("://")))
                return true;
            // The dots of host names (RFC 3490, section 3.1), but for the full stop of Chinese sentences.
            if (c is '.' or '．' or '｡' && i > 0 && char.IsLetterOrDigit(subject[i - 1])
                && i + 2 < subject.Length && char.IsLetter(subject[i + 1]) && char.IsLetter(subject[i + 2]))
            {
                return true;
            }

            if (char.IsDigit(c))
                digits++;
            else if (char.IsLetter(c))
                digits = 0;
            if (digits >= DigitsOfNumber)
                return true;
        }

        return false;
    }

    /// <summary>
    /// Without what breaks a line or misleads (<see cref="LineText"/>), and without halves of surrogate pairs.
    /// </summary>
    private static string Clean(string subject)
    {
        var clean = new StringBuilder();
        foreach (var rune in subject.EnumerateRunes())
        {
            if (rune.IsBmp && (LineText.Breaks((char)rune.Value) || LineText.Misleads((char)rune.Value))
                || rune == Rune.ReplacementChar || Rune.IsWhiteSpace(rune))
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
