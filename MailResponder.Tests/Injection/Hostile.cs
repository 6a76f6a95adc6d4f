using System.Text;
using MailResponder.Tests.Mail;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.Injection;

/// <summary>
/// Texts that an attacker writes where one word is expected, to turn one line into two or to mislead its reader.
/// </summary>
internal static class Hostile
{
    /// <summary>Bytes, for the parts of a message.</summary>
    public static IReadOnlyList<byte[]> Bytes { get; } =
    [
        .. new[]
        {
            "x", "a\r\nBcc: victim@x.test", "a\nBcc: victim@x.test", "a\rBcc: victim@x.test", "a\r\n\r\nbody",
                "a\r\n Bcc: victim@x.test", "a\n\t\n\nb",
            "a\0b", ControlsOf(1, 8), ControlsOf(11, 31), "\u007f", ControlsOf(0x80, 0x9f), "a\u0085Bcc: x",
                "a\u2028Bcc: x\u2029y", "\ufeffa\ufeffb",
            "\u202egpj.exe\u202c", "\u2066a\u2067b\u2068c\u2069\u202a\u202b\u202d", "\u001b[31mred\u001b[0m",
                "\u009b31mred", "\u001b]0;title\a\u001b[2J", "%0d%0aBcc: x",
            "=?utf-8?Q?a=0D=0ABcc:_victim@x.test?=", "=?utf-8?B?DQpCY2M6IHZpY3RpbUB4LnRlc3Q=?=",
                "=?utf-8?Q?a=00=1B[31m=C2=85=E2=80=A8=E2=80=AE=EF=BB=BF?=",
            "=?utf-7?Q?+AA0ACg-Bcc:_x?=", "=?utf-16?B?DQAKAEIAYwBjAA==?=", "=?iso-8859-1?Q?=85=9B31m=0A?=",
                "=?utf-8?Q?=C0=8A=E0=80=8A=F0=80=80=8D=ED=A0=80?=",
            "=?utf-8?Q?=3D=3Futf-8=3FQ=3F=0D=0ABcc:_x=3F=3D?=", "=?utf-8?Q?a?==?utf-8?Q?=0D?= =?utf-8?Q?=0ABcc:_x?=",
                "=?x?Q?=0A?= =?utf-8?X?=0A?= =?utf-8?Q?=0A",
            "x; name*=utf-8''%0D%0ABcc%3A%20x; name*0*=''%0A", "\"a\\\r\\\nb\" (c\\\nd) <e",
                new string('y', 3000) + "\r\n" + new string('z', 3000),
        }.Select(Encoding.UTF8.GetBytes),
        [0xC0, 0x8A, 0xC0, 0x8D], [0xE0, 0x80, 0x8A], [0xF0, 0x80, 0x80, 0x8D, 0xF8, 0x80, 0x80, 0x80, 0x8A],
        [0xFF, 0xFE, 0x0A, 0x00], [0xED, 0xA0, 0x80], [0x85, 0x9B, 0x33, 0x31, 0x6D],
        [0xE2, 0x80], [0xA8, 0xC2],
    ];

    /// <summary>Texts, for settings and answers of services.</summary>
    public static IReadOnlyList<string> Texts { get; } =
    [
        "a\r\nBcc: victim@x.test", "a\nb", "a\rb", ControlsOf(1, 31), "a\u007fb", ControlsOf(0x80, 0x9f), "a\u0085b",
        "a\u2028b", "a\u2029b", "\u001b[31m", "\u009b31m",
    ];

    /// <summary>
    /// Fails if the text breaks a line, controls a terminal, or makes the text around it look like something else.
    /// </summary>
    public static void AssertTame(string text, string where)
    {
        foreach (var c in text)
        {
            Assert.False(
                char.IsControl(c) || c is '\u2028' or '\u2029' or '\ufeff' or (>= '\u202a' and <= '\u202e')
                or (>= '\u2066' and <= '\u2069'),
                $"U+{(int)c:X4} in {where}");
        }
    }

    /// <summary>
    /// Checks every header field as Python reads it. In fields of identifiers and tags, folding leaves a tab.
    /// </summary>
    public static void AssertTameFields(ReadMail mail, string where)
    {
        foreach (var (name, value) in mail.Description["headers"]!.AsObject())
        {
            var text = value!.GetValue<string>();
            AssertTame(name is "References" or "DKIM-Signature" ? text.Replace('\t', ' ') : text, $"{name} of {where}");
        }
    }

    private static string ControlsOf(int first, int last) =>
        string.Concat(Enumerable.Range(first, last - first + 1).Select(code => $"{(char)code}"));
}
