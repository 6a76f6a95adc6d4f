using System.Text;
using MailResponder.Incoming;

namespace MailResponder.Tests.Incoming;

/// <summary>The address that a reply is written to.</summary>
public sealed class RequesterAddresses
{
    [Theory]
    [InlineData("joe@example.net", "joe@example.net")]
    [InlineData("\"joe\"@example.net", "joe@example.net")]
    [InlineData("\"joe.smith+tag\"@example.net", "joe.smith+tag@example.net")]
    [InlineData("\"joe..smith\"@example.net", "\"joe..smith\"@example.net")]
    [InlineData("\"joe.\"@example.net", "\"joe.\"@example.net")]
    [InlineData("\".joe\"@example.net", "\".joe\"@example.net")]
    [InlineData("\"victim@victim.example.net\" <joe@example.net>", "joe@example.net")]
    [InlineData("=?utf-8?q?=3Cvictim=40victim=2Eexample=2Enet=3E?= <joe@example.net>", "joe@example.net")]
    public void AreThoseOfFromWithoutNeedlessQuotes(string from, string expected)
    {
        var mail = IncomingMessage.Read(new MemoryStream(Encoding.UTF8.GetBytes($"From: {from}\n\nhello\n")));

        Assert.Null(new Guard(TestSettings.In("/nowhere")).ReasonNotToReply(mail, new Envelope(), out var request));
        Assert.Equal(expected, request!.From.Address);
    }
}
