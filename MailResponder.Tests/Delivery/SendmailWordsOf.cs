using System.Text;
using MailResponder.Delivery;

namespace MailResponder.Tests.Delivery;

/// <summary>Tests which words of a sendmail program's output may be logged.</summary>
public sealed class SendmailWordsOf
{
    private const string Recipient = "zahra.Ahmadi+x@mail.example.net";
    private const string Subject = "Re: My passport, 4711 (urgent)";

    [Theory]
    [InlineData("", "")]
    [InlineData(" \n\n", "")]
    [InlineData("sendmail: fatal: mail system is down\n", "sendmail: fatal: mail system is down")]
    [InlineData("postdrop: warning: a\r\nsendmail: fatal: b\n", "postdrop: warning: a; sendmail: fatal: b")]
    [InlineData("can't create /var/spool/x: Permission denied", "can't create /var/spool/x: Permission denied")]
    [InlineData("to zahra.ahmadi+x@mail.example.net: refused", "to (masked) refused")]
    [InlineData("to <ZAHRA.AHMADI+X@MAIL.EXAMPLE.NET>, refused", "to (masked) refused")]
    [InlineData("relay [mail.example.net]:25 refused", "relay (masked) refused")]
    [InlineData("user zahra.ahmadi unknown", "user (masked) unknown")]
    [InlineData("user Zahra Ahmadi unknown", "user (masked) unknown")]
    [InlineData("rcpt=zahra.ahmadi%2Bx%40elsewhere", "(masked)")]
    [InlineData("rfc822;joe+40example.org failed", "(masked) failed")]
    [InlineData("from other@example.org and joe%40example.org", "from (masked) and (masked)")]
    [InlineData("subject: رمز من چیست refused", "subject: (masked) refused")]
    [InlineData("header Subject: Re: my passport, 4711 (urgent) refused", "header Subject: Re: my (masked) refused")]
    [InlineData("Subject: =?utf-8?B?UmU6INiv2LHYrtmI?=", "Subject: (masked)")]
    [InlineData("\0\u0001\u001b[31mred", "(masked)")]
    public void Words_NameNobody(string said, string expected) =>
        Assert.Equal(expected, SendmailWords.Of(Encoding.UTF8.GetBytes(said), Recipient, Subject));

    [Fact]
    public void ShortLocalPart_IsMaskedToo() =>
        Assert.Equal("user (masked) unknown", SendmailWords.Of("user jo unknown"u8, "jo@example.net", ""));

    [Fact]
    public void OfLongText_TheEndIsKept()
    {
        var said = SendmailWords.Of(Encoding.ASCII.GetBytes(new string('x', 4000) + " gave up"), Recipient, Subject);

        Assert.Equal(302, said.Length);
        Assert.EndsWith("x gave up", said, StringComparison.Ordinal);
    }
}
