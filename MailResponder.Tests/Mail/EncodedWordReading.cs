using System.Text;
using MimeKit;
using MimeKit.Utils;

namespace MailResponder.Tests.Mail;

public sealed class EncodedWordReading
{
    [Theory]
    [InlineData("=?utf-8?Q?caf=C3=A9?=", "café")]
    [InlineData("=?UTF-8?b?2LPZhNin2YU=?=", "سلام")]
    [InlineData("=?utf-8?B?2LPZhNin2YU?=", "سلام")]
    [InlineData("=?utf-8*en?Q?caf=C3=A9?=", "café")]
    [InlineData("=?iso-8859-1?Q?caf=E9_au_lait?=", "café au lait")]
    [InlineData("=?us-ascii?Q?plain?= text", "plain text")]
    [InlineData("a =?utf-8?Q?b?= c", "a b c")]
    [InlineData("=?utf-8?Q?a?= =?utf-8?Q?b?=", "ab")]
    [InlineData("=?utf-8?Q?a?=\r\n =?iso-8859-1?Q?b?=", "ab")]
    [InlineData("=?utf-8?Q?a_?= =?utf-8?Q?b?=", "a b")]
    [InlineData("=?utf-8?B?2LPZ?= =?utf-8?B?hNin2YU=?=", "سلام")]
    [InlineData("=?utf-8?Q?=D8?= =?utf-8?Q?=B3?=", "س")]
    [InlineData("=?utf-8?Q?Hello world?=", "Hello world")]
    public void LawfulWords_AreDecoded(string text, string expected) => Assert.Equal(expected, Decode(text));

    [Theory]
    [InlineData("=?utf-8?Q?abc")]
    [InlineData("=?utf-8?X?abc?=")]
    [InlineData("=?utf-8?Q")]
    [InlineData("=?")]
    [InlineData("=??Q?abc?=")]
    [InlineData("1 =? 2 ?= 3")]
    public void BrokenWords_StayText(string text) => Assert.Equal(text, Decode(text));

    [Fact]
    public void WordAfterABrokenOne_IsDecoded() =>
        Assert.EndsWith("def", Decode("=?utf-8?Q?abc =?utf-8?Q?def?="), StringComparison.Ordinal);

    [Theory]
    [InlineData("windows-1256", "سلام")]
    [InlineData("gb2312", "你好")]
    [InlineData("gbk", "你好")]
    [InlineData("gb18030", "你好")]
    [InlineData("big5", "你好")]
    [InlineData("shift_jis", "こんにちは")]
    [InlineData("iso-2022-jp", "こんにちは")]
    [InlineData("euc-jp", "こんにちは")]
    [InlineData("euc-kr", "안녕")]
    [InlineData("koi8-r", "привет")]
    [InlineData("windows-1251", "привет")]
    [InlineData("iso-8859-5", "привет")]
    [InlineData("windows-1254", "ığş")]
    [InlineData("iso-8859-6", "سلام")]
    [InlineData("utf-16le", "سلام")]
    public void OtherCharsets_AreDecoded(string charset, string expected)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        var word = Convert.ToBase64String(Encoding.GetEncoding(charset).GetBytes(expected));
        Assert.Equal(expected, Decode($"=?{charset}?B?{word}?="));
    }

    [Fact]
    public void UnknownCharset_KeepsItsAscii() =>
        Assert.Contains("abc", Decode("=?x-nobody-knows?Q?abc=FF?="), StringComparison.Ordinal);

    [Fact]
    public void HeaderValue_JoinsFoldedWords() =>
        Assert.Equal("سلام دنیا", Written.Headers(
            "Subject: =?utf-8?B?2LPZhNin2YU=?=\r\n =?utf-8?Q?_?=\r\n =?utf-8?B?2K/ZhtuM2Kc=?=\r\n\r\n")[HeaderId.Subject]);

    static string Decode(string text) => Rfc2047.DecodeText(Encoding.ASCII.GetBytes(text));
}
