using System.Text;

namespace MimeKit;

/// <summary>
/// Writes text as RFC 2047 encoded words in UTF-8: none over 75 characters, none cutting a character,
/// safe in display names too, with the shorter of the two encodings.
/// </summary>
static class EncodedWordWriter
{
    const int MaxWord = 75;
    const int Frame = 12; // =?utf-8?B??=
    const int LongestCharacter = 12; // four bytes, each as =XX

    internal static void Append(HeaderFolder folder, string blanks, ReadOnlySpan<char> text)
    {
        var usesBase64 = PrefersBase64(text);
        if (folder.Column + blanks.Length + Frame + LongestCharacter > HeaderFolder.MaxColumns)
            folder.Break();
        for (var first = true; !text.IsEmpty; first = false)
        {
            if (!first)
            {
                folder.Break();
                blanks = " ";
            }
            folder.Append(blanks);
            var room = Math.Min(MaxWord, HeaderFolder.MaxColumns - folder.Column) - Frame;
            var length = Fit(text, room, usesBase64);
            folder.Append(usesBase64 ? "=?utf-8?B?" : "=?utf-8?Q?");
            folder.Append(usesBase64 ? ToBase64(text[..length]) : ToQuoted(text[..length]));
            folder.Append("?=");
            text = text[length..];
        }
    }

    static bool PrefersBase64(ReadOnlySpan<char> text)
    {
        var bytes = 0;
        var quoted = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            quoted += QuotedLength(rune);
        }
        return (bytes + 2) / 3 * 4 < quoted;
    }

    /// <summary>How many UTF-16 units fit the room; at least one character.</summary>
    static int Fit(ReadOnlySpan<char> text, int room, bool usesBase64)
    {
        var units = 0;
        var used = 0;
        var limit = usesBase64 ? room / 4 * 3 : room;
        while (units < text.Length)
        {
            Rune.DecodeFromUtf16(text[units..], out var rune, out var consumed);
            var size = usesBase64 ? rune.Utf8SequenceLength : QuotedLength(rune);
            if (units > 0 && used + size > limit)
                break;
            used += size;
            units += consumed;
        }
        return units;
    }

    static int QuotedLength(Rune rune) => rune.Value == ' ' || IsSafe(rune.Value) ? 1 : rune.Utf8SequenceLength * 3;

    // RFC 2047 5 (3): the characters allowed in a phrase are allowed everywhere.
    static bool IsSafe(int c) =>
        c < 128 && (char.IsAsciiLetterOrDigit((char)c) || c is '!' or '*' or '+' or '-' or '/');

    static string ToBase64(ReadOnlySpan<char> text)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(text)];
        Encoding.UTF8.GetBytes(text, bytes);
        return Convert.ToBase64String(bytes);
    }

    static string ToQuoted(ReadOnlySpan<char> text)
    {
        var quoted = new StringBuilder(MaxWord);
        Span<byte> bytes = stackalloc byte[4];
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value == ' ')
                quoted.Append('_');
            else if (IsSafe(rune.Value))
                quoted.Append((char)rune.Value);
            else
                foreach (var b in bytes[..rune.EncodeToUtf8(bytes)])
                    quoted.Append('=').Append(Hex(b >> 4)).Append(Hex(b & 15));
        }
        return quoted.ToString();
    }

    static char Hex(int digit) => "0123456789ABCDEF"[digit];
}
