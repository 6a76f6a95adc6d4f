using MailResponder.Incoming;
using MailResponder.Logs;
using MimeKit;

namespace MailResponder.Tests.Incoming;

public sealed class QueueIds
{
    [Theory]
    [InlineData(
        "from a.example (a.example [192.0.2.1]) by mx.example.com (Postfix) with ESMTPS id 4cR7T61Zk2z9q for "
        + "<get@example.com>; Mon", "4cR7T61Zk2z9q")]
    [InlineData("by mx.example.com (Postfix, from userid 1000) id 0A1B2C3D4E; Mon, 2 Mar 2026 08:15:00 +0000",
        "0A1B2C3D4E")]
    [InlineData("by mx.example.com with ESMTP id 0A1B2C3D4E", "0A1B2C3D4E")]
    [InlineData("from a.example by mx.example.com; Mon, 2 Mar 2026 08:15:00 +0000", "-")]
    [InlineData("by mx.example.com id joe@example.net; Mon", "-")]
    [InlineData("by mx.example.com id ", "-")]
    public void Received_NamesIt(string received, string expected) =>
        Assert.Equal(expected, QueueId.Of(
            new Envelope(), [new Header("Received", received), new Header("Received", "by b id LOWER1;")]));

    [Theory]
    [InlineData("4cR7T61Zk2z9q", "4cR7T61Zk2z9q")]
    [InlineData("", "-")]
    [InlineData("joe@example.net", "-")]
    [InlineData("4c\n7T", "-")]
    [InlineData("4cR7T61Zk2z9q4cR7T61Zk2z9q4cR7T61Z", "-")]
    public void Envelope_SaysItFirst(string told, string expected) =>
        Assert.Equal(expected, QueueId.Of(new Envelope(QueueId: told), [new Header("Received", "by b id HEADER1;")]));

    [Fact]
    public void NoReceived_LeavesItUnknown() => Assert.Equal("-", QueueId.Of(new Envelope(), []));
}
