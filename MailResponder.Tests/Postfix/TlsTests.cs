using System.Diagnostics;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.Postfix;

/// <summary>
/// postfix/main.cf: mail travels encrypted in both directions when the other side can, and else plainly.
/// </summary>
[Collection("Postfix")]
public sealed class TlsTests
{
    [Fact]
    public void Incoming_IsEncryptedForAClientThatWants()
    {
        using var place = new Workplace();
        using var postfix = new PrivatePostfix(place, "main.cf");
        var said = Swaks(postfix.Port, RequestMail.FromSomebodyNew());
        Assert.Contains("250-STARTTLS", said, StringComparison.Ordinal);
        Assert.Matches(@"TLS started with cipher TLSv1\.3", said);
        postfix.WaitUntilQueueIsEmpty();
        Assert.Equal(2, place.Outbox.Count);
    }

    [Fact]
    public void Outgoing_IsEncryptedForAServerThatCan()
    {
        using var otherPlace = new Workplace();
        using var other = new PrivatePostfix(
            otherPlace, "main.cf", "myhostname = mx.freemail.test\nextradomains = freemail.test");
        using var place = new Workplace();
        using var postfix = new PrivatePostfix(place, "main.cf", $"""
            relayhost = [127.0.0.1]:{other.Port}
            smtp_tls_loglevel = 1
            """);
        // As the reply leaves: from the host itself to a domain of somebody else's.
        postfix.Accept(RequestMail.FromSomebodyNew(), "zahra@freemail.test", "bounces@example.com",
            postfix.UnfilteredPort);
        postfix.WaitUntilQueueIsEmpty();
        Assert.Matches(
            @"postfix/smtp\[\d+\]: Untrusted TLS connection established to 127\.0\.0\.1\[127\.0\.0\.1\]:\d+: TLSv1\.3 ",
            postfix.MailLog);
        Assert.Contains("status=sent", postfix.MailLog, StringComparison.Ordinal);
    }

    /// <remarks>The sink of the other tests knows no STARTTLS, and gets its mail too.</remarks>
    [Fact]
    public void Outgoing_IsPlainForAServerThatCannot()
    {
        using var place = new Workplace();
        using var postfix = new PrivatePostfix(place, "main.cf");
        postfix.Accept(RequestMail.FromSomebodyNew(), "zahra@freemail.test", "bounces@example.com",
            postfix.UnfilteredPort);
        postfix.WaitUntilQueueIsEmpty();
        Assert.Single(postfix.Sink.MailsTo("zahra@freemail.test"));
    }

    static string Swaks(int port, RequestMail mail)
    {
        var start = new ProcessStartInfo("swaks",
        [
            "--server", "127.0.0.1", "--port", $"{port}", "--helo", "client.freemail.test", "--tls",
            "--from", mail.From, "--to", "get@example.com", "--header", "From: " + mail.From,
        ])
        {
            RedirectStandardOutput = true,
        };
        using var swaks = Process.Start(start)!;
        var said = swaks.StandardOutput.ReadToEnd();
        swaks.WaitForExit();
        Assert.True(swaks.ExitCode == 0, said);
        return said;
    }
}
