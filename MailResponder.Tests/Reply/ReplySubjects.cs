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
    [InlineData("a\r\nBcc: joe@example.net", "Re: a Bcc: joe@example.net")]
    [InlineData("a\0b\u001b[31mc\u007fd\u0085e", "Re: a b [31mc d e")]
    [InlineData("a\u2028b\u2029c", "Re: a b c")]
    [InlineData("\u202egpj.exe\u202c", "Re: gpj.exe")]
    [InlineData("\u2066a\u2067b\u2068c\u2069", "Re: a b c")]
    [InlineData("a \u202a\u202b\u202d b", "Re: a b")]
    [InlineData("a\u00a0\u3000  b", "Re: a b")]
    [InlineData("می\u200cخواهم", "Re: می\u200cخواهم")]
    [InlineData("下载 😀", "Re: 下载 😀")]
    [InlineData("a\ufffdb", "Re: a b")]
    public void OfAnyRequest_AreOneCleanLine(string subject, string expected) =>
        Assert.Equal(expected, ReplySubject.For(subject, "get@example.com"));

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
