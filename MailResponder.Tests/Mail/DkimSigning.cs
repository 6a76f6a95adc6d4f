using System.Text;
using MimeKit;

namespace MailResponder.Tests.Mail;

public sealed class DkimSigning : IDisposable
{
    private readonly TestKey _key = new();

    public static TheoryData<string> Texts =>
    [
        "Hello\n", "no line end", "", "\n", "\n\n\n", "a\n\n\n", " \n \n", "a \t b  \n\tc\n \n\n", SampleReply.Persian,
        SampleReply.Chinese + "\n\n", "Mostly plain English with one café\n\n", "a\r\nb\r\n",
    ];

    [Theory]
    [MemberData(nameof(Texts))]
    public void Text_Verifies(string text)
    {
        var reply = SignedMail.Of(SampleReply.WithText(text), _key.Pkcs8Pem);
        Assert.True(DkimJudges.Accept(SignedMail.Bytes(reply), _key));
        Assert.True(DkimJudges.Accept(SignedMail.Bytes(reply, onWire: true), _key));
    }

    [Fact]
    public void LongFoldedHeaders_Verify()
    {
        var message = SampleReply.WithEverything();
        message.Subject = "Re: " + string.Concat(Enumerable.Repeat(SampleReply.Persian + " and more ", 5));
        for (var i = 0; i < 30; i++)
            message.References.Add($"message-number-{i}.with-a-long-identifier@mail.client.example");
        Assert.True(DkimJudges.Accept(Sign(message), _key));
    }

    [Fact]
    public void OldKeyFormat_Signs()
    {
        Assert.Contains("BEGIN RSA PRIVATE KEY", _key.Pkcs1Pem, StringComparison.Ordinal);
        Assert.True(DkimJudges.Accept(SignedMail.Bytes(SignedMail.Of(SampleReply.WithText("x"), _key.Pkcs1Pem)), _key));
    }

    [Fact]
    public void LargeAttachment_Verifies()
    {
        var bytes = new byte[7_000_000];
        new Random(1).NextBytes(bytes);
        var message = SampleReply.WithBody(SampleReply.Attachment("tool.zip", new MemoryStream(bytes)));
        Assert.True(DkimJudges.Accept(Sign(message), _key));
    }

    [Theory]
    [InlineData("From: evil@x.example\n")]
    [InlineData("Subject: other\n")]
    public void AddedOversignedField_BreaksTheSignature(string added)
    {
        var signed = Sign(SampleReply.WithText("x"));
        Assert.True(DkimJudges.Accept(signed, _key));
        Assert.False(DkimJudges.Accept([.. Encoding.ASCII.GetBytes(added), .. signed], _key));
    }

    [Fact]
    public void AddedUnsignedField_DoesNot()
    {
        var signed = Sign(SampleReply.WithText("x"));
        Assert.True(DkimJudges.Accept([.. "Received: from here\n"u8, .. signed], _key));
    }

    [Fact]
    public void ChangedBody_BreaksTheSignature()
    {
        var signed = Sign(SampleReply.WithText("Hello\n"));
        Assert.False(DkimJudges.Accept([.. signed, .. "more\n"u8], _key));
    }

    [Fact]
    public void Signature_StandsOnTop()
    {
        var signed = Encoding.ASCII.GetString(Sign(SampleReply.WithText("x")));
        Assert.StartsWith("DKIM-Signature: v=1; a=rsa-sha256; d=example.com; s=test;", signed,
            StringComparison.Ordinal);
        Assert.Contains($"t={new FixedClock().GetUtcNow().ToUnixTimeSeconds()};", signed, StringComparison.Ordinal);
    }

    public void Dispose() => _key.Dispose();

    private byte[] Sign(MimeMessage message) => SignedMail.Bytes(SignedMail.Of(message, _key.Pkcs8Pem));
}
