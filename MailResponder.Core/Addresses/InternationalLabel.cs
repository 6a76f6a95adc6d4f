using System.Globalization;
using System.Text;

namespace MailResponder.Addresses;

/// <summary>
/// Encodes a domain label with letters beyond ASCII (a U-label, RFC 5890) for the DNS. .NET without ICU cannot
/// normalize text, so only a label with exactly one form is accepted. A label that would have to be mapped is refused,
/// because another program could map it to another domain.
/// </summary>
internal static class InternationalLabel
{
    private const string Prefix = "xn--";

    private const char ZeroWidthNonJoiner = '\u200C', ZeroWidthJoiner = '\u200D';

    /// <summary>
    /// The viramas of India's scripts and of Sinhala. A joiner after one of them is part of the spelling.
    /// </summary>
    private const string Viramas = "\u094D\u09CD\u0A4D\u0ACD\u0B4D\u0BCD\u0C4D\u0CCD\u0D4D\u0DCA";

    /// <summary>
    /// Letters of the Arabic script that, by Joining_Type, join only to the letter before them or to none.
    /// </summary>
    private const string NotJoiningOnwards =
        "\u0621\u0622\u0623\u0624\u0625\u0627\u0629\u062F\u0630\u0631\u0632\u0648\u0671\u0672\u0673\u0674"
        + "\u0675\u0676\u0677\u0688\u0689\u068A\u068B\u068C\u068D\u068E\u068F\u0690\u0691\u0692\u0693\u0694"
        + "\u0695\u0696\u0697\u0698\u0699\u06C0\u06C3\u06C4\u06C5\u06C6\u06C7\u06C8\u06C9\u06CA\u06CB\u06CD"
        + "\u06CF\u06D2\u06D3\u06D5\u06DD\u06EE\u06EF";

    /// <summary>A longer label does not fit into 63 octets after "xn--" (RFC 1034, section 3.1).</summary>
    private const int MostCharacters = 63 - 4;

    /// <summary>
    /// Encodes a label. False if the text is not a label with exactly one form (RFC 5891, section 4.2).
    /// </summary>
    /// <param name="label">The label in lower case, with at least one character beyond ASCII.</param>
    /// <param name="aLabel">"xn--" and the label in Punycode.</param>
    public static bool TryEncode(string label, out string aLabel)
    {
        aLabel = "";
        // Half of a surrogate pair becomes U+FFFD, which no label may have.
        var runes = new List<int>(label.Length);
        foreach (var rune in label.EnumerateRunes())
            runes.Add(rune.Value);
        var hasHyphens = runes[0] == '-' || runes[^1] == '-' || (runes.Count > 3 && runes[2] == '-' && runes[3] == '-');
        if (hasHyphens || IsMark(runes[0]) || runes.Count > MostCharacters)
            return false;
        for (var i = 0; i < runes.Count; i++)
        {
            if (!IsAllowed(runes, i) || (i > 0 && ComposesOrMoves(runes[i - 1], runes[i])))
                return false;
        }

        if (runes.Exists(IsRightToLeft) && !IsOneDirection(runes))
            return false;
        aLabel = Prefix + Punycode(runes);
        return true;
    }

    /// <summary>Whether the label is written from right to left.</summary>
    public static bool IsRightToLeft(string label) => label.EnumerateRunes().Any(rune => IsRightToLeft(rune.Value));

    private static bool IsAllowed(List<int> runes, int i) => runes[i] switch
    {
        '-' or >= '0' and <= '9' or >= 'a' and <= 'z' => true,
        < 0x80 => false,
        // Characters that are allowed by name (RFC 5892, section 2.6), then digits, of which a label may have only one
        // kind (appendix A.8, A.9).
        '\u3007' or '\u06FD' or '\u06FE' or '\u0F0B' => true,
        >= '\u0660' and <= '\u0669' or >= '\u06F0' and <= '\u06F9' => true,
        ZeroWidthNonJoiner => i > 0 && (Viramas.Contains((char)runes[i - 1]) || JoinsBoth(runes, i)),
        ZeroWidthJoiner => i > 0 && Viramas.Contains((char)runes[i - 1]),
        var c => IsWrittenOneWay(c),
    };

    private static bool IsWrittenOneWay(int c) =>
        CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.LowercaseLetter or UnicodeCategory.OtherLetter
            or UnicodeCategory.ModifierLetter or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.NonSpacingMark
            or UnicodeCategory.SpacingCombiningMark
        && !UnstableCharacters.Contains(c);

    /// <summary>
    /// Whether NFC composes the two characters into one, or changes their order (Unicode Standard Annex 15). Also true
    /// for two marks in a row of which one has no class here.
    /// </summary>
    private static bool ComposesOrMoves(int before, int c)
    {
        if (CombiningMarks.Compose(before, c))
            return true;
        if (!IsMark(c) || !IsMark(before) || CombiningMarks.ClassOf(c) is 0 || CombiningMarks.ClassOf(before) is 0)
            return false;
        // NFC would compose a half with the letter before the other mark.
        return CombiningMarks.ClassOf(before) is not { } first || CombiningMarks.ClassOf(c) is not { } second
            || first > second || CombiningMarks.IsHalf(c);
    }

    /// <summary>
    /// Whether the non-joiner is between letters that would join, as in Persian (RFC 5892, appendix A.1). Only letters
    /// of the Arabic script count.
    /// </summary>
    private static bool JoinsBoth(List<int> runes, int i)
    {
        var before = runes.FindLastIndex(i - 1, c => !IsMark(c));
        var after = runes.FindIndex(i + 1, c => !IsMark(c));
        return before >= 0 && after >= 0 && IsArabic(runes[before]) && IsArabic(runes[after])
            && !NotJoiningOnwards.Contains((char)runes[before]) && runes[after] is not (0x0621 or 0x0674);
    }

    private static bool IsArabic(int c) =>
        c is >= 0x0620 and <= 0x064A or >= 0x066E and <= 0x06D5 or >= 0x06EE and <= 0x06FF
        && CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.OtherLetter;

    private static bool IsMark(int c) =>
        CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;

    /// <summary>
    /// Whether the label follows the rule for labels that are read from right to left (RFC 5893, section 2). It begins
    /// with a letter, has no letter of the other direction, and does not mix European and Arabic digits. It may end in
    /// a digit.
    /// </summary>
    private static bool IsOneDirection(List<int> runes)
    {
        bool european = false, arabic = false;
        foreach (var c in runes)
        {
            european |= c is >= '0' and <= '9' or >= 0x06F0 and <= 0x06F9;
            arabic |= c is >= 0x0660 and <= 0x0669 or >= 0x10D30 and <= 0x10D39;
            var isNeutral = c is '-' or >= '0' and <= '9' or ZeroWidthNonJoiner or ZeroWidthJoiner
                || CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.NonSpacingMark;
            if (!isNeutral && !IsRightToLeft(c))
                return false;
        }

        var last = runes.FindLast(c => CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark);
        return IsRightToLeft(runes[0]) && (IsRightToLeft(last) || last is >= '0' and <= '9')
            && CharUnicodeInfo.GetUnicodeCategory(runes[0]) != UnicodeCategory.DecimalDigitNumber
            && !(european && arabic);
    }

    /// <summary>
    /// Whether the character is in a block of scripts that are written from right to left (Bidi_Class R, AL or AN by
    /// default).
    /// </summary>
    private static bool IsRightToLeft(int c) =>
        c is >= 0x0590 and <= 0x08FF or >= 0xFB1D and <= 0xFDFF or >= 0xFE70 and <= 0xFEFF or >= 0x10800 and <= 0x10FFF
            or >= 0x1E800 and <= 0x1EFFF;

    /// <summary>Encodes the label by RFC 3492, section 6.3, with the parameters of its section 5.</summary>
    private static string Punycode(List<int> runes)
    {
        const int Base = 36, TMin = 1, TMax = 26, InitialBias = 72, InitialN = 0x80;
        var encoded = new StringBuilder();
        foreach (var c in runes.FindAll(c => c < InitialN))
            encoded.Append((char)c);
        var basic = encoded.Length;
        if (basic > 0)
            encoded.Append('-');
        int n = InitialN, bias = InitialBias;
        long delta = 0;
        for (var done = basic; done < runes.Count; delta++, n++)
        {
            var next = runes.FindAll(c => c >= n).Min();
            delta += (long)(next - n) * (done + 1);
            n = next;
            foreach (var c in runes)
            {
                if (c < n)
                    delta++;
                if (c != n)
                    continue;
                var rest = delta;
                for (var k = Base; ; k += Base)
                {
                    var threshold = Math.Clamp(k - bias, TMin, TMax);
                    if (rest < threshold)
                        break;
                    encoded.Append(Digit((int)(threshold + (rest - threshold) % (Base - threshold))));
                    rest = (rest - threshold) / (Base - threshold);
                }

                encoded.Append(Digit((int)rest));
                bias = Adapted(delta, done + 1, isFirst: done == basic);
                delta = 0;
                done++;
            }
        }

        return encoded.ToString();
    }

    private static char Digit(int value) => (char)(value < 26 ? 'a' + value : '0' + value - 26);

    /// <summary>Adapts the bias by RFC 3492, section 6.1.</summary>
    private static int Adapted(long delta, int points, bool isFirst)
    {
        const int Base = 36, TMin = 1, TMax = 26, Skew = 38, Damp = 700;
        delta = isFirst ? delta / Damp : delta / 2;
        delta += delta / points;
        var k = 0;
        for (; delta > (Base - TMin) * TMax / 2; k += Base)
            delta /= Base - TMin;
        return (int)(k + (Base - TMin + 1) * delta / (delta + Skew));
    }
}
