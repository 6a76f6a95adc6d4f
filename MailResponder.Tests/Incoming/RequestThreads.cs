using System.Text;
using MailResponder.Incoming;

namespace MailResponder.Tests.Incoming;

/// <summary>Which messages a request refers to (RFC 5322, section 3.6.4).</summary>
public sealed class RequestThreads
{
    [Theory]
    [InlineData("References: <a@x> <b@y>", new[] { "a@x", "b@y" })]
    [InlineData("References: <a@x>\nIn-Reply-To: <b@y>", new[] { "a@x" })]
    [InlineData("In-Reply-To: <a@x>", new[] { "a@x" })]
    [InlineData("In-Reply-To: <a@x> <b@y>", new string[0])]
    [InlineData("In-Reply-To: <a@x>\n\t<b@y>", new string[0])]
    [InlineData("In-Reply-To: <a@x>\nIn-Reply-To: <b@y>", new string[0])]
    [InlineData("References:\nIn-Reply-To: <a@x> <b@y>", new string[0])]
    [InlineData("References: none\nIn-Reply-To: <a@x>", new[] { "a@x" })]
    // MimeKit would change these ids.
    [InlineData("References: <a b@x> <c@y>", new[] { "c@y" })]
    [InlineData("In-Reply-To: <a@x.>", new string[0])]
    [InlineData("In-Reply-To: =?utf-8?q?=3Ca=40x=3E?=", new string[0])]
    [InlineData("Subject: x", new string[0])]
    public void AreThoseOfReferencesOrTheOneAnswered(string fields, string[] expected)
    {
        var text = $"From: joe@example.net\n{fields}\n\nhello\n";
        var mail = IncomingMessage.Read(new MemoryStream(Encoding.ASCII.GetBytes(text)));

        Assert.Null(new Guard(TestSettings.In("/nowhere")).ReasonNotToReply(mail, new Envelope(), out var request));
        Assert.Equal(expected, request!.References);
    }
}
