using MailResponder.Reply;

namespace MailResponder.Tests.Reply;

public sealed class ReplySubjects
{
    [Theory]
    [InlineData("help", "Re: help")]
    [InlineData("Re: help", "Re: help")]
    [InlineData("RE:RE: re:help", "Re: help")]
    [InlineData("Regarding help", "Re: Regarding help")]
    [InlineData("", "Re: get@example.com")]
    [InlineData(" \t ", "Re: get@example.com")]
    [InlineData("Re:", "Re: get@example.com")]
    [InlineData("a\0b\u001b[31mc\u007fd\u0085e", "Re: a b [31mc d e")]
    [InlineData("a\u2028b\u2029c", "Re: a b c")]
    [InlineData("\u202egpj exe\u202c", "Re: gpj exe")]
    [InlineData("\u2066a\u2067b\u2068c\u2069", "Re: a b c")]
    [InlineData("a \u202a\u202b\u202d b", "Re: a b")]
    [InlineData("a\u00a0\u3000  b", "Re: a b")]
    [InlineData("می\u200cخواهم", "Re: می\u200cخواهم")]
    [InlineData("下载 😀", "Re: 下载 😀")]
    [InlineData("a\ufffdb", "Re: a b")]
    [InlineData("a\r\nBcc: joe", "Re: a Bcc: joe")]
    public void OfAnyRequest_AreOneCleanLine(string subject, string expected) =>
        Assert.Equal(expected, ReplySubject.For(subject, "get@example.com"));

    [Theory]
    [InlineData("You won! https://prize.example/x")]
    [InlineData("http://192.0.2.7/")]
    [InlineData("go to prize.example")]
    [InlineData("go to PRIZE．example now")]
    [InlineData("پیام: پیوند.ایران")]
    [InlineData("write to joe@prize.example")]
    [InlineData("write to joe@localhost")]
    [InlineData("call +1 (555) 010-99")]
    [InlineData("تماس ۰۹۱۲ ۳۴۵ ۶۷")]
    [InlineData("hxxp://prize")]
    public void ThatTellItsReaderWhereToGo_AreNotRepeated(string subject) =>
        Assert.Equal("Re: get@example.com", ReplySubject.For("Re: " + subject, "get@example.com"));

    [Theory]
    [InlineData("version 10.15 for Windows 11")]
    [InlineData("help... please. thanks")]
    [InlineData("需要帮助。谢谢")]
    [InlineData("November 22, 2026")]
    [InlineData("Re[2]: 1: 2, 3 and 4th of 567 and 89")]
    [InlineData("psiphon.")]
    [InlineData("e.g. this: /that")]
    public void ThatOnlyLookLikeIt_AreRepeated(string subject) =>
        Assert.Equal("Re: " + subject, ReplySubject.For(subject, "get@example.com"));

    [Fact]
    public void HalfSurrogate_GoesAway() =>
        Assert.Equal("Re: a b", ReplySubject.For("a" + '\ud83d' + "b", "get@example.com"));

    [Fact]
    public void LongOne_IsBounded()
    {
        Assert.Equal("Re: " + new string('x', 160), ReplySubject.For(new string('x', 160), "a"));
        Assert.Equal("Re: " + new string('x', 160) + "…", ReplySubject.For(new string('x', 10_000), "a"));
    }

    [Fact]
    public void LongOne_IsNotCutWithinACharacter() =>
        Assert.Equal("Re: " + new string('x', 159) + "…", ReplySubject.For(new string('x', 159) + "😀y", "a"));
}
