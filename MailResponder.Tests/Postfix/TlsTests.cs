using System.Diagnostics;
using MailResponder.Tests.Host;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.Postfix;

/// <summary>
/// Tests postfix/main.cf and tls_policy: incoming mail is encrypted if the client can, and outgoing mail is encrypted
/// or not sent at all.
/// </summary>
[Collection("Postfix")]
public sealed class TlsTests
{
    private const string Reader = "zahra@freemail.test";

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

    /// <summary>If the provider has no line of its own, any certificate is accepted.</summary>
    [Fact]
    public void Outgoing_IsEncryptedForAServerThatCan()
    {
        using var world = new World("mx.freemail.test");
        world.SendReply();
        world.Postfix.WaitUntilQueueIsEmpty();
        Assert.Matches(@"Untrusted TLS connection established to 127\.0\.0\.2\[127\.0\.0\.2\]:\d+: TLSv1\.3 ",
            world.Postfix.MailLog);
        Assert.Single(world.Postfix.Sink.MailsTo(Reader));
    }

    [Fact]
    public void Outgoing_WaitsForAServerThatCannot_UntilItIsAnException()
    {
        using var world = new World(null);
        world.SendReply();
        world.Postfix.WaitUntilDeferred(1);
        Assert.Matches(
            @"dsn=4\.7\.4, status=deferred \(TLS is required, but was not offered by host 127\.0\.0\.2",
            world.Postfix.MailLog);
        Assert.Empty(world.Postfix.Sink.Mails);
        Assert.False(world.Postfix.QueueIsEmpty);

        world.Say("may");
        world.Postfix.WaitUntilQueueIsEmpty();
        Assert.Single(world.Postfix.Sink.MailsTo(Reader));
        world.Postfix.AssertNothingWasReturned();
    }

    /// <summary>Both the name and the authority must be right.</summary>
    [Theory]
    [InlineData("mx.freemail.test", true, "verify match=mx.freemail.test", true)]
    [InlineData("mx.freemail.test", true, "secure match=nobody.test:.freemail.test servername=hostname", true)]
    [InlineData("mx.freemail.test", true, "verify match=mx.provider.test", false)]
    [InlineData("mx.freemail.test", true, "secure match=.mx.freemail.test", false)]
    [InlineData("mx.freemail.test", false, "secure match=mx.freemail.test", false)]
    public void Outgoing_OfAnExactingLine_NeedsTheRightCertificate(
        string name, bool isTrusted, string policy, bool isSent)
    {
        using var world = new World(name, isTrusted);
        world.Say(policy);
        world.SendReply();
        if (isSent)
        {
            world.Postfix.WaitUntilQueueIsEmpty();
            Assert.Contains("Verified TLS connection established to ", world.Postfix.MailLog, StringComparison.Ordinal);
        }
        else
        {
            world.Postfix.WaitUntilDeferred(1);
            Assert.Matches(@"dsn=4\.7\.5, status=deferred \(Server certificate not (trusted|verified)\)",
                world.Postfix.MailLog);
        }

        Assert.Equal(isSent ? 1 : 0, world.Postfix.Sink.Mails.Count);
    }

    /// <summary>A relay or filter at 127.0.0.1, like the sink of the other tests, does not offer STARTTLS.</summary>
    [Fact]
    public void OwnHost_GetsItsMailInTheClear()
    {
        using var place = new Workplace();
        using var postfix = new PrivatePostfix(place, "main.cf");
        postfix.Accept(RequestMail.FromSomebodyNew(), Reader, "bounces@example.com", postfix.UnfilteredPort);
        postfix.WaitUntilQueueIsEmpty();
        Assert.Single(postfix.Sink.MailsTo(Reader));
    }

    [Theory]
    [InlineData("gmail.com", "secure")]
    [InlineData("GoogleMail.com", "secure")]
    [InlineData("hotmail.com", "secure")]
    [InlineData("proton.me", "secure")]
    [InlineData("[127.0.0.1]:10025", "may")]
    [InlineData("[::1]", "may")]
    [InlineData("[localhost]:smtp", "may")]
    [InlineData("gmail.com.example.org", "")]
    [InlineData("notgmail.com", "")]
    [InlineData("gmailxcom", "")]
    [InlineData("protonxme", "")]
    [InlineData("outlook.com.br", "")]
    [InlineData("127.0.0.1:10025", "may")]
    [InlineData("[IPv6:::1]:10025", "may")]
    [InlineData("localhost", "")]
    [InlineData("127.0.0.11", "")]
    [InlineData("[127.0.0.11]", "")]
    [InlineData("[127x0x0x1]", "")]
    [InlineData("[localhost].example.org", "")]
    [InlineData(".com", "")]
    public void Line_FitsNoOtherDomain(string nextHop, string level)
    {
        var run = ToolRun.Of("postmap", "-q", nextHop, $"regexp:{Repository.PathTo("postfix/tls_policy")}");
        Assert.Equal(level, run.Output.Trim().Split(' ')[0]);
    }

    /// <summary>A Postfix, and the one server to which it sends everything.</summary>
    private sealed class World : IDisposable
    {
        private readonly Workplace _place = new();
        private readonly EncryptingServer _server;

        /// <param name="name">The host name in the server's certificate; null if it does not offer STARTTLS.</param>
        /// <param name="isTrusted">Whether Postfix trusts the authority.</param>
        public World(string? name, bool isTrusted = false)
        {
            _server = new EncryptingServer(name);
            Postfix = new PrivatePostfix(_place, "main.cf", $"""
                relayhost = {_server.NextHop}
                smtp_tls_loglevel = 1
                {(isTrusted ? $"smtp_tls_CAfile = {_server.Authority}" : "")}
                """);
            _server.Start(Postfix.Sink.Port);
        }

        public PrivatePostfix Postfix { get; }

        /// <summary>Sends like a reply: from the host itself to a domain of somebody else.</summary>
        public void SendReply() => Postfix.Accept(
            RequestMail.FromSomebodyNew(), Reader, "bounces@example.com", Postfix.UnfilteredPort);

        /// <summary>Writes the operator's line for the server at the top of tls_policy.</summary>
        public void Say(string policy)
        {
            var file = Postfix.PathTo("etc/tls_policy");
            File.WriteAllText(file, $"/^\\[127\\.0\\.0\\.2\\]/ {policy}\n{File.ReadAllText(file)}");
            Postfix.Reload();
        }

        public void Dispose()
        {
            Postfix.Dispose();
            _server.Dispose();
            _place.Dispose();
        }
    }

    private static string Swaks(int port, RequestMail mail)
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
