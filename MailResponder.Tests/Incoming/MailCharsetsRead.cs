using System.Text;
using MailResponder.Incoming;

namespace MailResponder.Tests.Incoming;

/// <summary>A subject is read in any charset that people's mail programs use.</summary>
public sealed class MailCharsetsRead
{
    [Theory]
    [InlineData("windows-1256", "سلام")]
    [InlineData("iso-8859-6", "سلام")]
    [InlineData("gb2312", "你好")]
    [InlineData("gbk", "囧镕")]
    [InlineData("gb18030", "你好")]
    [InlineData("hz-gb-2312", "你好")]
    [InlineData("big5", "你好")]
    [InlineData("shift_jis", "こんにちは")]
    [InlineData("iso-2022-jp", "こんにちは")]
    [InlineData("euc-jp", "こんにちは")]
    [InlineData("euc-kr", "안녕")]
    [InlineData("ks_c_5601-1987", "안녕뷁")]
    [InlineData("iso-2022-kr", "안녕")]
    [InlineData("koi8-r", "привет")]
    [InlineData("koi8-u", "привіт")]
    [InlineData("windows-1251", "привет")]
    [InlineData("iso-8859-5", "привет")]
    [InlineData("windows-1254", "ığş")]
    [InlineData("windows-874", "ไทย")]
    [InlineData("iso-8859-1", "café")]
    [InlineData("us-ascii", "plain")]
    [InlineData("utf-8", "سلام")]
    [InlineData("utf-16le", "سلام")]
    public void Subject_IsDecoded(string charset, string subject)
    {
        var encoding = CodePagesEncodingProvider.Instance.GetEncoding(charset) ?? Encoding.GetEncoding(charset);
        Assert.Equal(subject, Read($"=?{charset}?B?{Convert.ToBase64String(encoding.GetBytes(subject))}?="));
    }

    [Theory]
    [InlineData("=?windows-31j?B?grE=?=", "こ")]
    [InlineData("=?ms932?B?grE=?=", "こ")]
    [InlineData("=?uhc?B?lO4=?=", "뷁")]
    [InlineData("=?euc-kr?B?lO4=?=", "뷁")]
    [InlineData("=?tis620?Q?=A1?=", "ก")]
    [InlineData("=?iso-8859-11?Q?=A1?=", "ก")]
    [InlineData("=?utf-8?B?2LPZ?= =?utf-8?B?hNin2YU=?=", "سلام")]
    [InlineData("=?utf-8?B?2LPZhNin2YU=?=\r\n =?utf-8?Q?_?=\r\n =?utf-8?B?2K/ZhtuM2Kc=?=", "سلام دنیا")]
    [InlineData("سلام", "سلام")]
    public void UnusualLabel_IsRead(string value, string expected) => Assert.Equal(expected, Read(value));

    [Fact]
    public void UnknownCharset_KeepsItsAscii() =>
        Assert.Contains("abc", Read("=?x-nobody-knows?Q?abc=FF?="), StringComparison.Ordinal);

    private static string Read(string subject) => IncomingMessage.Read(
        new MemoryStream(Encoding.UTF8.GetBytes($"Subject: {subject}\n\n"))).Headers["Subject"]!;
}
