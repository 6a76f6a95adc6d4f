using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace MimeKit.Utils;

/// <summary>Finds encodings by the names that mail uses for them, and never fails to decode.</summary>
static class Charsets
{
    // Windows-1252 in 0x80..0x9F, so that the commonest unlabelled text needs no code page table.
    const string Western = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ";

    /// <summary>Bytes that nobody labelled: UTF-8 if they are, else windows-1252.</summary>
    internal static string DecodeUnlabelled(ReadOnlySpan<byte> bytes) =>
        Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : DecodeWestern(bytes);

    /// <summary>Bytes in the named charset, or as if unlabelled where that cannot be.</summary>
    internal static string Decode(ReadOnlySpan<byte> bytes, string charset)
    {
        var encoding = Find(charset);
        return encoding is null || (ReferenceEquals(encoding, Encoding.ASCII) && !Ascii.IsValid(bytes))
            ? DecodeUnlabelled(bytes)
            : encoding.GetString(bytes);
    }

    /// <summary>The encoding, or null where .NET has none of that name.</summary>
    internal static Encoding? Find(string charset)
    {
        var name = charset.Trim().ToLowerInvariant();
        return name switch
        {
            "utf-8" or "utf8" or "unicode-1-1-utf-8" => Encoding.UTF8,
            "us-ascii" or "ascii" or "ansi_x3.4-1968" or "646" => Encoding.ASCII,
            "iso-8859-1" or "iso8859-1" or "iso_8859-1" or "latin1" or "latin-1" or "l1" => Encoding.Latin1,
            "utf-16" or "utf-16be" => Encoding.BigEndianUnicode,
            "utf-16le" => Encoding.Unicode,
            "utf-32" or "utf-32le" => Encoding.UTF32,
            _ => FindCodePage(name),
        };
    }

    // The provider is asked directly: registering it would slow every other lookup of the process.
    static Encoding? FindCodePage(string name)
    {
        var provider = CodePagesEncodingProvider.Instance;
        var number = name switch
        {
            "gb2312" or "gbk" or "x-gbk" or "cp936" or "ms936" or "gb_2312-80" or "euc-cn" or "gb18030" => 54936,
            "shift-jis" or "shift_jis" or "sjis" or "x-sjis" or "ms_kanji" or "windows-31j" or "ms932" => 932,
            "euc-kr" or "ks_c_5601-1987" or "ks_c_5601" or "ksc5601" or "uhc" => 949,
            "big5" or "big5-hkscs" or "x-x-big5" or "cn-big5" => 950,
            "tis-620" or "iso-8859-11" => 874,
            "koi8-r" => 20866,
            "koi8-u" => 21866,
            _ => CodePageNumber(name),
        };
        return number > 0 && provider.GetEncoding(number) is { } numbered ? numbered : provider.GetEncoding(name);
    }

    // iso-8859-x are the code pages 28590 + x.
    static int CodePageNumber(string name) =>
        NumberAfter(name, "windows-", "x-cp", "cp", "ibm") is > 0 and var page ? page
        : NumberAfter(name, "iso-8859-", "iso_8859-", "iso8859-") is > 0 and < 16 and var part ? 28590 + part
        : 0;

    static int NumberAfter(string name, params ReadOnlySpan<string> prefixes)
    {
        foreach (var prefix in prefixes)
            if (name.StartsWith(prefix, StringComparison.Ordinal))
                return ParseNumber(name.AsSpan(prefix.Length));
        return 0;
    }

    static int ParseNumber(ReadOnlySpan<char> digits) =>
        ushort.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    static string DecodeWestern(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder(bytes.Length);
        foreach (var b in bytes)
            text.Append(b is >= 0x80 and <= 0x9f ? Western[b - 0x80] : (char)b);
        return text.ToString();
    }
}
