using System.Text;
using MailResponder.Incoming;

namespace MailResponder.Tests.Incoming;

/// <summary>Reading a request's Subject: the text its sender wrote, or nothing; never other letters.</summary>
public sealed class Subjects
{
    private const string Persian = "سلام لطفا", Russian = "помогите", Chinese = "你好请发给我", Japanese = "こんにちは";

    [Theory]
    [InlineData("utf-8", Persian)]
    [InlineData("windows-1256", "سلام")]
    [InlineData("koi8-r", Russian)]
    [InlineData("windows-1251", Russian)]
    [InlineData("gbk", Chinese)]
    [InlineData("GB2312", Chinese)]
    [InlineData("big5", "你好")]
    [InlineData("shift_jis", Japanese)]
    [InlineData("euc-jp", Japanese)]
    [InlineData("iso-2022-jp", Japanese)]
    [InlineData("iso-8859-1", "allô")]
    public void RawBytes_AreInTheCharsetOfTheBody(string charset, string text)
    {
        var raw = Encoding.GetEncoding(charset).GetBytes($"Re: {text}");

        Assert.Equal($"Re: {text}", Read(raw, $"Content-Type: text/plain; charset=\"{charset}\"\n"));
        foreach (var other in (string[])["", "; charset=us-ascii", "; charset=x-nobody", "; charset=utf-16"])
            Assert.Equal(charset == "utf-8" ? $"Re: {text}" : "", Read(raw, $"Content-Type: text/plain{other}\n"));
    }

    [Fact]
    public void RawUtf8_IsReadWhateverTheBodyIsIn() => Assert.Equal(Persian,
        Read(Encoding.UTF8.GetBytes(Persian), "Content-Type: text/plain; charset=windows-1256\n"));

    [Theory]
    [InlineData("=?utf-8?q?=D8=B3?=", "س")]
    [InlineData("=?windows-1256?Q?=D3?= x", "س x")]
    [InlineData("=?koi8-r*ru?B?0M/Nz8fJ1MU=?=", Russian)]
    [InlineData("=?x-nobody?B?0M/Nz8fJ1MU=?=", "")]
    [InlineData("a =?utf-8?q?=D8=B3?= =?nobody?q?=D3?=", "")]
    // The bytes are invalid in their charset, or only half of a text.
    [InlineData("=?us-ascii?B?xOO6w8rAvec=?=", "")]
    [InlineData("=?us-ascii?Q?caf=E9?=", "")]
    [InlineData("=?gbk?B?/4D/gA==?=", "")]
    [InlineData("=?gb2312?Q?abc=FF?=", "")]
    [InlineData("=?euc-jp?Q?=FF=FF?=", "")]
    [InlineData("=?utf-8?q?=D8?= =?utf-8?q?=B3?=", "س")]
    [InlineData("=?utf-8?q?=D8?= x =?utf-8?q?=B3?=", "")]
    [InlineData("=?utf8?q?=D8=B3?=", "س")]
    // Without padding, MimeKit drops letters. Not decoded by MimeKit: a charset with a dot or a colon, or none.
    [InlineData("=?utf-8?B?2LPZhNin2YU?=", "")]
    [InlineData("=?utf-8?B?2LPZhNin2YU ?=", "")]
    [InlineData("=?utf-8?B?2LPZhNin2YU=?=", "سلام")]
    [InlineData("=?utf-8?B?2LPZhNin2YU==?=", "سلام")]
    [InlineData("=?utf-8?q?=D8?= =?UTF-8?q?=B3?=", "س")]
    [InlineData("=?ANSI_X3.4-1968?Q?hello?=", "")]
    [InlineData("=?ISO_8859-1:1987?Q?hello?=", "")]
    [InlineData("=??Q?hello?=", "")]
    [InlineData("=?cp1251?B?z+7s7uPo8uU=?=", "Помогите")]
    [InlineData("=?euc-kr?B?lO4=?=", "뷁")]
    [InlineData("=?gb2312?B?gTnvMA==?=", "㐁")]
    [InlineData("what =? is ?= this", "what =? is ?= this")]
    [InlineData("one\n\ttwo", "one\ttwo")]
    public void EncodedWords_AreInTheirs(string subject, string expected) =>
        Assert.Equal(expected, Read(Encoding.UTF8.GetBytes(subject), ""));

    [Theory]
    [InlineData("shift_jis", new byte[] { 0xFF, 0xFE, 0xFD })]
    [InlineData("windows-1255", new byte[] { 0xFF, 0xFB })]
    [InlineData("iso-8859-8", new byte[] { 0xFF, 0xFB })]
    [InlineData("gbk", new byte[] { 0x80, 0xFF })]
    [InlineData("windows-1256", new byte[] { 0xD8, 0xB3, 0xD9, 0x84, 0xD8, 0xA7, 0xD9 })]
    public void BytesOfNoText_AreNone(string charset, byte[] raw) =>
        Assert.Equal("", Read(raw, $"Content-Type: text/plain; charset={charset}\n"));

    [Fact]
    public void Folded_IsOneLine() => Assert.Equal("привет мир",
        Read(Encoding.GetEncoding("koi8-r").GetBytes("привет\n мир"), "Content-Type: text/plain; charset=koi8-r\n"));

    private static string Read(byte[] subject, string fields) =>
        SubjectText.Of(HeaderFields.Of([.. "Subject: "u8, .. subject, .. "\n"u8, .. Encoding.ASCII.GetBytes(fields)]));
}
