namespace MailResponder.Addresses;

/// <summary>
/// What NFC does to combining marks of scripts in use today (Unicode Character Database: Canonical_Combining_Class, and
/// the second halves of Decomposition_Mapping).
/// </summary>
internal static class CombiningMarks
{
    /// <summary>
    /// Each text is a mark that is the second half of a character, followed by the letters that form one character with
    /// it.
    /// </summary>
    private static readonly string[] Halves =
    [
        "\u0653\u0627", "\u0654\u0627\u0648\u064A\u06C1\u06D2\u06D5", "\u0655\u0627", "\u093C\u0928\u0930\u0933",
        "\u09BE\u09C7", "\u09D7\u09C7", "\u0B3E\u0B47", "\u0B56\u0B47", "\u0B57\u0B47", "\u0BBE\u0BC6\u0BC7",
        "\u0BD7\u0B92\u0BC6", "\u0C56\u0C46", "\u0CC2\u0CC6", "\u0CD5\u0CBF\u0CC6\u0CCA", "\u0CD6\u0CC6",
        "\u0D3E\u0D46\u0D47", "\u0D57\u0D46", "\u0DCA\u0DD9\u0DDC", "\u0DCF\u0DD9", "\u0DDF\u0DD9", "\u102E\u1025",
    ];

    public static bool IsHalf(int mark) => Array.Exists(Halves, half => half[0] == mark);

    public static bool Compose(int before, int mark) =>
        Array.Exists(Halves, half => half[0] == mark && before <= char.MaxValue && half.IndexOf((char)before, 1) > 0);

    /// <summary>
    /// Returns the combining class of a mark. NFC sorts the marks of a letter by class, and leaves marks of class 0 in
    /// place. Null if the class is not known here.
    /// </summary>
    public static int? ClassOf(int mark) => mark switch
    {
        >= 0x05B0 and <= 0x05B9 => mark - 0x05B0 + 10,
        0x05BA => 19,
        0x05BB or 0x05BC or 0x05BD => mark - 0x05BB + 20,
        0x05BF => 23,
        0x05C1 or 0x05C2 => mark - 0x05C1 + 24,
        >= 0x064B and <= 0x0652 => mark - 0x064B + 27,
        0x0653 or 0x0654 => 230,
        0x0655 => 220,
        0x0670 => 35,
        0x093C or 0x09BC or 0x0A3C or 0x0ABC or 0x0B3C or 0x0CBC => 7,
        0x094D or 0x09CD or 0x0A4D or 0x0ACD or 0x0B4D or 0x0BCD or 0x0C4D or 0x0CCD or 0x0D4D or 0x0DCA => 9,
        0x0C55 => 84,
        0x0C56 => 91,
        0x0951 or 0x0952 or 0x0953 or 0x0954 or 0x09FE or 0x0C3C or 0x0D3B or 0x0D3C or (>= 0x0AFD and <= 0x0AFF) =>
            null,
        // The other signs of the scripts of India, and of Sinhala.
        >= 0x0900 and <= 0x0DFF => 0,
        0x0E38 or 0x0E39 => 103,
        0x0E3A => 9,
        >= 0x0E48 and <= 0x0E4B => 107,
        0x0EB8 or 0x0EB9 => 118,
        0x0EBA => 9,
        >= 0x0EC8 and <= 0x0ECB => 122,
        >= 0x0E00 and <= 0x0EFF => 0,
        0x1037 => 7,
        0x1039 or 0x103A => 9,
        0x108D => null,
        >= 0x1000 and <= 0x109F => 0,
        0x17D2 => 9,
        0x17DD => null,
        >= 0x1780 and <= 0x17FF => 0,
        _ => null,
    };
}
