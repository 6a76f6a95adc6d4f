using System.Buffers;
using System.Globalization;
using System.Text;

namespace MimeKit;

/// <summary>Writes parameters: tokens and quoted strings (RFC 2045 5.1), RFC 2231 or RFC 2047 beyond ASCII.</summary>
static class ParameterWriter
{
    // Longer ones are continued (RFC 2231 3). Boundaries, which some readers want whole, stay below it.
    const int MaxWhole = 120;

    static readonly SearchValues<char> Specials = SearchValues.Create("()<>@,;:\\\"/[]?=");

    internal static byte[] Encode(string field, string value, ParameterList parameters)
    {
        var folder = new HeaderFolder(field);
        folder.AppendToken(value);
        foreach (var parameter in parameters)
        {
            folder.Append(";");
            var text = parameter.Value;
            if (IsPlain(text))
                folder.AppendToken(parameter.Name + "=" + (IsToken(text) ? text : HeaderText.Quote(text)));
            else if (parameter.EncodingMethod == ParameterEncodingMethod.Rfc2047)
                AppendEncodedWords(folder, parameter.Name, text);
            else
                AppendRfc2231(folder, parameter.Name, text);
        }
        return folder.ToBytes();
    }

    // What looks like an encoded word is read as one by many, although RFC 2047 5 has none here.
    static bool IsPlain(string text) =>
        Ascii.IsValid(text) && text.Length <= MaxWhole && !text.Contains("=?", StringComparison.Ordinal);

    internal static bool IsToken(ReadOnlySpan<char> text) =>
        !text.IsEmpty && !text.ContainsAnyExceptInRange('!', '~') && !text.ContainsAny(Specials);

    // RFC 2047 5 forbids it, yet it is the one form that every old mail program shows.
    static void AppendEncodedWords(HeaderFolder folder, string name, string text)
    {
        folder.Break();
        folder.Append("\t" + name + "=\"");
        EncodedWordWriter.Append(folder, "", text);
        folder.Append("\"");
    }

    static void AppendRfc2231(HeaderFolder folder, string name, string text)
    {
        const string charset = "utf-8''";
        var encoded = PercentEncode(text, int.MaxValue, out _);
        if (name.Length + 3 + charset.Length + encoded.Length < HeaderFolder.MaxColumns)
        {
            folder.AppendToken($"{name}*={charset}{encoded}");
            return;
        }
        var rest = text.AsSpan();
        for (var i = 0; !rest.IsEmpty; i++)
        {
            var head = string.Create(CultureInfo.InvariantCulture, $"{name}*{i}*={(i == 0 ? charset : "")}");
            var piece = PercentEncode(rest, HeaderFolder.MaxColumns - 3 - head.Length, out var consumed);
            rest = rest[consumed..];
            folder.AppendToken(head + piece);
            if (!rest.IsEmpty)
                folder.Append(";");
        }
    }

    /// <summary>As many whole characters as fit, at least one.</summary>
    static string PercentEncode(ReadOnlySpan<char> text, int room, out int consumed)
    {
        var encoded = new StringBuilder();
        Span<byte> bytes = stackalloc byte[4];
        consumed = 0;
        while (consumed < text.Length)
        {
            Rune.DecodeFromUtf16(text[consumed..], out var rune, out var units);
            var isPlain = rune.IsAscii && IsAttributeCharacter((char)rune.Value);
            if (consumed > 0 && encoded.Length + (isPlain ? 1 : rune.Utf8SequenceLength * 3) > room)
                break;
            if (isPlain)
                encoded.Append((char)rune.Value);
            else
                foreach (var b in bytes[..rune.EncodeToUtf8(bytes)])
                    encoded.Append(CultureInfo.InvariantCulture, $"%{b:X2}");
            consumed += units;
        }
        return encoded.ToString();
    }

    static bool IsAttributeCharacter(char c) => c is > ' ' and < '\u007f' && !"()<>@,;:\\\"/[]?=*'%".Contains(c);
}
