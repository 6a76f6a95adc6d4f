using System.Text;
using MimeKit;
using MimeKit.Cryptography;

namespace MailResponder.Tests.Mail;

public sealed class DkimSigning : IDisposable
{
    readonly TestKey _key = new();

    public static TheoryData<string> Texts =>
    [
        "Hello\n", "no line end", "", "\n", "\n\n\n", "a\n\n\n", " \n \n", "a \t b  \n\tc\n \n\n", SampleReply.Persian,
        SampleReply.Chinese + "\n\n", "Mostly plain English with one café\n\n", "a\r\nb\r\n",
    ];

    [Theory]
    [MemberData(nameof(Texts))]
    public void Text_Verifies(string text)
    {
        foreach (var newLine in new[] { NewLineFormat.Unix, NewLineFormat.Dos })
            foreach (var header in Enum.GetValues<DkimCanonicalizationAlgorithm>())
                foreach (var body in Enum.GetValues<DkimCanonicalizationAlgorithm>())
                {
                    var signer = new FixedTimeSigner(_key.Pkcs8Pem)
                    {
                        HeaderCanonicalizationAlgorithm = header,
                        BodyCanonicalizationAlgorithm = body,
                    };
                    var bytes = Sign(SampleReply.WithText(text), signer, newLine);
                    Assert.True(Python.Verifies(bytes, _key), $"{newLine} {header} {body}");
                }
    }

    [Theory]
    [InlineData(DkimCanonicalizationAlgorithm.Simple)]
    [InlineData(DkimCanonicalizationAlgorithm.Relaxed)]
    public void LongFoldedHeaders_Verify(DkimCanonicalizationAlgorithm form)
    {
        var message = SampleReply.WithEverything();
        message.Subject = "Re: " + string.Concat(Enumerable.Repeat(SampleReply.Persian + " and more ", 5));
        for (var i = 0; i < 30; i++)
            message.References.Add($"message-number-{i}.with-a-long-identifier@mail.client.example");
        var signer = new FixedTimeSigner(_key.Pkcs8Pem) { HeaderCanonicalizationAlgorithm = form };
        Assert.True(Python.Verifies(Sign(message, signer, NewLineFormat.Unix), _key));
    }

    [Fact]
    public void OldKeyFormat_Signs()
    {
        Assert.Contains("BEGIN RSA PRIVATE KEY", _key.Pkcs1Pem, StringComparison.Ordinal);
        Assert.True(Python.Verifies(Sign(SampleReply.WithText("x"), new FixedTimeSigner(_key.Pkcs1Pem)), _key));
    }

    [Fact]
    public void KeyFile_Signs()
    {
        var signer = new DkimSigner(TestKey.Path, "example.com", "test", DkimSignatureAlgorithm.RsaSha256);
        Assert.True(Python.Verifies(Sign(SampleReply.WithText("x"), signer), _key));
    }

    [Fact]
    public void NoKey_IsRefused() =>
        Assert.Throws<FormatException>(() => new FixedTimeSigner("no key"));

    [Fact]
    public void LargeAttachment_Verifies()
    {
        var bytes = new byte[7_000_000];
        new Random(1).NextBytes(bytes);
        var message = SampleReply.WithBody(SampleReply.Attachment("tool.zip", new MemoryStream(bytes)));
        Assert.True(Python.Verifies(Sign(message, new FixedTimeSigner(_key.Pkcs8Pem)), _key));
    }

    [Theory]
    [InlineData("From: evil@x.example\n")]
    [InlineData("Subject: other\n")]
    public void AddedOversignedField_BreaksTheSignature(string added)
    {
        var signed = Sign(SampleReply.WithText("x"), new FixedTimeSigner(_key.Pkcs8Pem));
        Assert.True(Python.Verifies(signed, _key));
        Assert.False(Python.Verifies([.. Encoding.ASCII.GetBytes(added), .. signed], _key));
    }

    [Fact]
    public void AddedUnsignedField_DoesNot()
    {
        var signed = Sign(SampleReply.WithText("x"), new FixedTimeSigner(_key.Pkcs8Pem));
        Assert.True(Python.Verifies([.. "Received: from here\n"u8, .. signed], _key));
    }

    [Fact]
    public void ChangedBody_BreaksTheSignature()
    {
        var signed = Sign(SampleReply.WithText("Hello\n"), new FixedTimeSigner(_key.Pkcs8Pem));
        Assert.False(Python.Verifies([.. signed, .. "more\n"u8], _key));
    }

    [Fact]
    public void Signature_StandsOnTop()
    {
        var message = SampleReply.WithText("x");
        Sign(message, new FixedTimeSigner(_key.Pkcs8Pem));
        Assert.Equal(HeaderId.DkimSignature, message.Headers[0].Id);
        Assert.Contains("t=1700000000;", message.Headers[0].Value, StringComparison.Ordinal);
        Assert.Contains("i=@example.com;", message.Headers[0].Value, StringComparison.Ordinal);
    }

    [Fact]
    public void WithoutFrom_IsRefused() => Assert.Throws<ArgumentException>(() => new FixedTimeSigner(_key.Pkcs8Pem)
        .Sign(FormatOptions.Default, SampleReply.WithText("x"), new[] { HeaderId.To }));

    public void Dispose() => _key.Dispose();

    static byte[] Sign(MimeMessage message, DkimSigner signer, NewLineFormat newLine = NewLineFormat.Unix)
    {
        var options = Written.Options(newLine);
        signer.Sign(options, message, FixedTimeSigner.Signed);
        return Written.Bytes(message, options);
    }
}
