using MailResponder.Incoming;
using MailResponder.Incoming.Authentication;
using MailResponder.Reply;
using MailResponder.Settings;

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
    [InlineData("=?utf-8?Q?=0D=0ABcc:_joe?=", "Re: = ?utf-8?Q?=0D=0ABcc:_joe?=")]
    public void Repeated_AreOneCleanLine(string subject, string expected) =>
        Assert.Equal(expected, For(subject));

    [Theory]
    [InlineData("None", "Re: get@example.com")]
    [InlineData("Weak", "Re: please")]
    [InlineData("Full", "Re: please")]
    public void OfARequest_AreRepeatedWhenItProvesSomething(string level, string expected)
    {
        // A result that a failed look-up leaves open is not proven.
        var verdict = new AuthenticationVerdict(Enum.Parse<Proof>(level), Proof.Full);
        var request = TestReply.Request("please") with { Authentication = verdict };

        Assert.Equal(expected, ReplySubject.For(request, "get@example.com"));
    }

    [Theory]
    [InlineData("You won! https://prize.example/x")]
    [InlineData("evil。com")]
    [InlineData("help")]
    public void OfARequestThatProvesNothing_AreNotRepeated(string subject) =>
        Assert.Equal("Re: get@example.com",
            ReplySubject.For(TestReply.Request(subject) with { Authentication = default }, "get@example.com"));

    [Fact]
    public void HalfSurrogate_GoesAway() =>
        Assert.Equal("Re: a b", For("a" + '\ud83d' + "b"));

    [Fact]
    public void LongOne_IsBounded()
    {
        Assert.Equal("Re: " + new string('x', 160), For(new string('x', 160)));
        Assert.Equal("Re: " + new string('x', 160) + "…", For(new string('x', 10_000)));
    }

    [Fact]
    public void LongOne_IsNotCutWithinACharacter() =>
        Assert.Equal("Re: " + new string('x', 159) + "…", For(new string('x', 159) + "😀y"));

    private static string For(string subject) => ReplySubject.For(TestReply.Request(subject), "get@example.com");
}
