using System.Text;
using MimeKit;

namespace MailResponder.Tests.Mail;

public sealed class HeaderReading
{
    [Theory]
    [InlineData("Subject: hello\r\n\r\nbody", "hello")]
    [InlineData("Subject: hello\n\nbody", "hello")]
    [InlineData("Subject: hello", "hello")]
    [InlineData("Subject:hello\n", "hello")]
    [InlineData("Subject \t: hello\n\n", "hello")]
    [InlineData("SUBJECT: hello\n\n", "hello")]
    [InlineData("From a@b Sun Nov 22 15:04:05 2026\nSubject: hello\n\n", "hello")]
    [InlineData("no colon here\n continued: so\nSubject: hello\n\n", "hello")]
    [InlineData("Bad name: x\nSubject: hello\n\n", "hello")]
    [InlineData("Subject: hello\r\n world\r\n\r\n", "hello world")]
    [InlineData("Subject:\r\n hello\r\n\r\n", "hello")]
    [InlineData("Subject: hello\r\n \r\n world\r\n\r\n", "hello  world")]
    [InlineData("Subject:\n\n", "")]
    public void Subject_IsFound(string message, string expected) =>
        Assert.Equal(expected, Written.Headers(message)[HeaderId.Subject]);

    [Fact]
    public void TextAfterTheEmptyLine_IsNotHeader()
    {
        var headers = Written.Headers("From: a@b\n\nSubject: in the body\n");
        Assert.Null(headers[HeaderId.Subject]);
        Assert.Single(headers);
    }

    [Fact]
    public void NothingAtAll_IsNoHeader() => Assert.Empty(Written.Headers(""));

    [Fact]
    public void RepeatedFields_KeepTheirOrder()
    {
        var headers = Written.Headers("Received: one\nSubject: x\nReceived: two\nX-Own: y\n\n");
        Assert.Equal("one", headers[HeaderId.Received]);
        Assert.Equal("two", headers[headers.LastIndexOf(HeaderId.Received)].Value);
        Assert.Equal(3, headers.IndexOf("x-OWN"));
        Assert.Equal(HeaderId.Unknown, headers[3].Id);
        Assert.Equal("X-Own", headers[3].Field);
    }

    [Fact]
    public void RawValue_IsWhatTheMessageHolds() =>
        Assert.Equal(" a\r\n\tb\r\n", Encoding.ASCII.GetString(Written.Headers("X-A: a\r\n\tb\r\n\r\n")[0].RawValue));

    [Fact]
    public void RawUtf8_IsRead() =>
        Assert.Equal("سلام", Written.Headers("Subject: سلام\n\n")[HeaderId.Subject]);

    [Fact]
    public void RawWesternBytes_AreNotLost() =>
        Assert.Equal("café", Written.Headers(Encoding.Latin1.GetBytes("Subject: café\n\n"))[HeaderId.Subject]);

    [Fact]
    public void LoneReturn_EndsNothing()
    {
        var headers = Written.Headers("Subject: a\rBcc: b\nTo: c@d\n\n");
        Assert.DoesNotContain('\r', headers[HeaderId.Subject]!);
        Assert.Null(headers[HeaderId.Bcc]);
        Assert.Equal("c@d", headers[HeaderId.To]);
    }

    [Fact]
    public void LineEndInsideAnEncodedWord_DoesNotReachTheValue()
    {
        var value = Written.Headers("Subject: =?utf-8?Q?a=0D=0ABcc:_b?=\n\n")[HeaderId.Subject]!;
        Assert.DoesNotContain('\n', value);
        Assert.DoesNotContain('\r', value);
    }

    [Fact]
    public void RemoveAll_TakesEveryCase()
    {
        var headers = Written.Headers("X-A: 1\nx-a: 2\nX-B: 3\n\n");
        headers.RemoveAll("X-a");
        Assert.Equal("X-B", Assert.Single(headers).Field);
    }
}
