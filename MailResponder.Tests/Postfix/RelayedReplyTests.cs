using System.Text.Json.Nodes;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.Postfix;

/// <summary>
/// Requests whose forged sender is one of our own names, so that Postfix would forward the reply to a victim. Here
/// Postfix rewrites such addresses, as it does by default, so that only the responder protects the victim.
/// </summary>
[Collection("Postfix")]
public sealed class RelayedReplyTests(RelayedReplyTests.Rewriting route) : IClassFixture<RelayedReplyTests.Rewriting>
{
    private const string Victim = "victim@victim.example.net";

    /// <summary>Addresses that Postfix takes for the victim's.</summary>
    private static readonly string[] AllForms =
    [
        "victim%victim.example.net@mx.responder.test",
        "victim%victim.example.net@MX.Responder.Test",
        "victim%victim.example.net@localhost.responder.test",
        "victim%victim.example.net@localhost",
        "victim%victim.example.net@[127.0.0.1]",
        "victim%victim.example.net@example.com",
        "victim%victim.example.net%localhost@mx.responder.test",
        "victim%victim.example.net%example.com%localhost.responder.test@mx.responder.test",
        "victim.example.net!victim@mx.responder.test",
        "mx.responder.test!victim.example.net!victim@localhost.responder.test",
        "\"victim@victim.example.net\"@mx.responder.test",
        "\"victim%victim.example.net\"@mx.responder.test",
        "\"victim.example.net!victim\"@mx.responder.test",
        "\"victim%victim.example.net@localhost\"@mx.responder.test",
        "\"victim\\@victim.example.net\"@localhost.responder.test",
    ];

    public static TheoryData<string> Forms => [.. AllForms];

    private readonly PrivatePostfix _postfix = route.Postfix;

    [Fact]
    public void Postfix_WouldSendThemOn()
    {
        foreach (var form in AllForms)
            _postfix.Accept(RequestMail.FromSomebodyNew(), form, port: _postfix.UnfilteredPort);
        _postfix.WaitUntilQueueIsEmpty();
        Assert.Equal(AllForms.Length, _postfix.Sink.MailsTo(Victim).Count(mail => !IsReply(mail)));
    }

    [Theory]
    [MemberData(nameof(Forms))]
    [InlineData("\"victim@victim.example.net@mx.responder.test")]
    [InlineData("root@mx.responder.test")]
    [InlineData("root@localhost.responder.test")]
    [InlineData("root@localhost")]
    [InlineData("root@www.example.com")]
    public void Forged_HasNoReply(string from)
    {
        var before = Replies;
        var forged = RequestMail.FromSomebodyNew() with { To = "links@example.com", FromField = $"From: {from}\r\n" };
        _postfix.Accept(forged, "links@example.com");
        var asked = RequestMail.FromSomebodyNew() with { To = "links@example.com" };
        _postfix.Accept(asked, "links@example.com");
        _postfix.WaitUntilQueueIsEmpty();

        Assert.Equal(before + 1, Replies);
        Assert.Single(_postfix.Sink.MailsTo(asked.From));
        Assert.DoesNotContain(_postfix.Sink.MailsTo(Victim), IsReply);
        _postfix.AssertNothingWasReturned();
    }

    private int Replies => _postfix.Sink.Mails.Count(IsReply);

    private static bool IsReply(string mail) =>
        mail.Contains("X-Mail-Args: <bounces@example.com>", StringComparison.Ordinal);

    public sealed class Rewriting : Route
    {
        public Rewriting() : base("main.cf",
            "allow_percent_hack = yes\nswap_bangpath = yes\nresolve_dequoted_address = yes")
        {
            // The form that install.sh writes.
            Place.Settings["own_domains"] =
                new JsonArray("example.com", "mx.responder.test", "localhost.responder.test");
            Place.Write();
            Place.GiveTo("mail_responder");
        }
    }
}
