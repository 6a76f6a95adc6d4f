using System.Text;
using MailResponder.Incoming;
using MailResponder.Reply;
using MimeKit;

namespace MailResponder.Tests.Reply;

public sealed class ReplyThreads
{
    [Fact]
    public void Reply_ContinuesTheChain()
    {
        var reply = Continue("<3@a>", "1@a", "2@a");

        Assert.Equal("3@a", reply.InReplyTo);
        Assert.Equal(["1@a", "2@a", "3@a"], reply.References);
    }

    [Fact]
    public void NoMessageId_LeavesTheChain()
    {
        var reply = Continue(null, "1@a");

        Assert.Null(reply.InReplyTo);
        Assert.Equal(["1@a"], reply.References);
    }

    [Fact]
    public void LongChain_KeepsItsFirstAndLatest()
    {
        var reply = Continue("<9999@a>", [.. Enumerable.Range(1, 5000).Select(i => $"{i}@a")]);

        Assert.Equal(10, reply.References.Count);
        Assert.Equal("1@a", reply.References[0]);
        Assert.Equal(["4999@a", "5000@a", "9999@a"], reply.References.Skip(7));
    }

    [Fact]
    public void Chain_HasOneIdInALine()
    {
        var reply = Continue("<3@a>", new string('1', 60) + "@a", new string('2', 60) + "@a");

        Assert.Equal($" <{new string('1', 60)}@a>\n <{new string('2', 60)}@a>\n <3@a>\n",
            Encoding.ASCII.GetString(reply.Headers[reply.Headers.IndexOf(HeaderId.References)].RawValue));
    }

    [Fact]
    public void RepeatedIds_StandOnce() =>
        Assert.Equal(["2@a", "1@a"], Continue("<1@a>", "1@a", "2@a", "2@a").References);

    [Theory]
    [InlineData("a b@a")]
    [InlineData("a\r\nBcc: x@a")]
    [InlineData("é@a")]
    [InlineData("=?utf-8?q?=0D=0ABcc:x?=@a")]
    [InlineData("<a@a")]
    [InlineData("(")]
    [InlineData("(a)@b")]
    [InlineData("abc")]
    [InlineData("@a")]
    [InlineData("a@")]
    [InlineData("")]
    public void IdsThatAreNoPlainText_AreLeftOut(string id) => Assert.Equal(["1@a"], Continue("<1@a>", id).References);

    [Fact]
    public void LongId_IsLeftOut()
    {
        var longId = new string('x', 249) + "@a";

        Assert.Null(Continue($"<{longId}>").InReplyTo);
        Assert.Empty(Continue(null, longId).References);
        Assert.Equal([longId[1..]], Continue(null, longId[1..]).References);
    }

    private static MimeMessage Continue(string? messageId, params string[] references)
    {
        var reply = new MimeMessage();
        ReplyThread.Continue(reply, TestReply.Request("help", messageId, references));
        return reply;
    }
}
