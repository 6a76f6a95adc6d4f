using FsCheck;
using FsCheck.Fluent;

namespace MailResponder.Tests.Fuzz;

/// <summary>Texts for FsCheck, made of parts that are hard to transport in a mail.</summary>
internal static class HostileText
{
    private static readonly string[] Pieces =
    [
        "a", "Joe", " ", "  ", "word", "\u00e9", "\u0633\u0644\u0627\u0645", "\u200c", "\u8bf7", "\ud83d\ude00",
        "\ud83d", "\udc00", "=?", "?=", "=?utf-8?Q?a?=",
        "=?utf-8?B?w6k=?=", "=", "_", "\"", "\\", "(", ")", "<", ">", "@", ",", ";", ":", ".", "[", "]", "%41", "'",
        "*", "\t", "\r\n", "\n ", "\r", "\0",
        "\u001b[31m", "\u007f", "\u0085", "\u2028", "\ufeff", "\ufffd", "Re: ",
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    ];

    public static Arbitrary<string> Any { get; } = Gen.Elements(Pieces).ArrayOf().Select(string.Concat).ToArbitrary();

    /// <summary>Addresses that a reply can reach.</summary>
    public static Arbitrary<string> Address { get; } = (
        from local in Gen.Elements("joe", "JOE", "j.o.e", "joe+tag", "\"j..e\"", "\".joe\"", "\"joe.\"", "o'neil",
        "a=b", "{x}", "joe|x")
        from domain in Gen.Elements("example.net", "EXAMPLE.net", "a.b.c.example", "b\u00fccher.example",
        "xn--bcher-kva.example", "x-1.example", "\u4f8b\u5b50.example")
        select local + "@" + domain).ToArbitrary();

    /// <summary>Checks a property on the given number of cases, the same ones each time.</summary>
    public static void Holds(this Property property, int cases = 2000) =>
        property.Check(Config.QuickThrowOnFailure.WithMaxTest(cases).WithReplay(20261124, 1));
}
