using System.Text;
using MailResponder.Incoming;

namespace MailResponder.Tests.Reply;

/// <summary>Which parts of a request are repeated in the reply, whoever is named in From.</summary>
public sealed class RequestTexts : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void SubjectAndMessageIds_AloneComeBack()
    {
        var reply = Answer("""
            Authentication-Results: mx.example.com; dkim=pass header.d=freemail.example
            Return-Path: <marker01@freemail.example>
            Received: from marker02 by mail.example.com; Mon, 2 Mar 2026 08:15:00 +0000 (marker03)
            Date: Mon, 2 Mar 2026 08:15:00 +0000 (marker04)
            From: marker05 "marker06" <zahra@freemail.example> (marker07)
            Sender: marker08 <marker09@freemail.example>
            Reply-To: marker10 <marker11@freemail.example>
            To: "marker12" <get+marker13@example.com>, marker14@example.com
            Cc: marker15: marker16@example.com;
            Message-ID: (marker17) <marker18@freemail.example> marker19
            In-Reply-To: marker20 <marker21@freemail.example>
            References: marker22 <marker23@freemail.example>
            Subject: marker24
            Subject: marker25
            Comments: marker26
            Keywords: marker27
            Content-Type: text/plain; charset=us-ascii; name="marker28"
            Content-Language: marker29
            Disposition-Notification-To: marker30@freemail.example
            X-Marker31: marker32

            marker33
            """);

        var back = Enumerable.Range(1, 33)
            .Where(i => reply.Contains($"marker{i:00}", StringComparison.OrdinalIgnoreCase));
        Assert.Equal([18, 23, 24], back);
    }

    [Theory]
    [InlineData("dkim=pass header.d=freemail.example", "please")]
    [InlineData("spf=pass smtp.mailfrom=freemail.example", "please")]
    [InlineData("dkim=pass header.d=other.example", "get@example.com")]
    [InlineData("dkim=temperror header.d=freemail.example", "get@example.com")]
    [InlineData("dmarc=fail header.from=freemail.example", "get@example.com")]
    public void Subject_ComesBackToWhoProvesSomething(string results, string expected)
    {
        var reply =
            Answer($"Authentication-Results: mx.example.com; {results}\nFrom: zahra@freemail.example\nSubject: "
                + $"please\n\nhello\n");

        Assert.Contains($"\nSubject: Re: {expected}\n", reply, StringComparison.Ordinal);
    }

    private string Answer(string message)
    {
        _folder.Write("responses.json", """[{ "email_addr": "get@example.com", "body": "links" }]""");
        var responder = new Responder(
            TestSettings.In(_folder.Path) with { AuthservId = "mx.example.com" },
            new Deadline(TimeProvider.System, TimeSpan.FromSeconds(60)), new Progress(), new FixedClock());
        var outcome = responder.Answer(
            new Envelope("get@example.com", "zahra@freemail.example"),
            new MemoryStream(Encoding.UTF8.GetBytes(message)));
        return File.ReadAllText(Assert.Single(outcome.Receipts));
    }
}
