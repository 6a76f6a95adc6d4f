using System.Text.Json.Nodes;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.Postfix;

/// <summary>
/// Requests forged in a name of ours, by which Postfix would send the reply on to a victim. Here Postfix rewrites such
/// addresses as it does by default, so that the responder alone stands before the victim.
/// </summary>
[Collection("Postfix")]
public sealed class RelayedReplyTests(RelayedReplyTests.Rewriting route) : IClassFixture<RelayedReplyTests.Rewriting>
{
    const string Victim = "victim@victim.example.net";

    /// <summary>Addresses that Postfix takes for the victim's.</summary>
    static readonly string[] forms =
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

    public static TheoryData<string> Forms => [.. forms];

    readonly PrivatePostfix postfix = route.Postfix;

    [Fact]
    public void Postfix_WouldSendThemOn()
    {
        foreach (var form in forms)
            postfix.Accept(RequestMail.FromSomebodyNew(), form, port: postfix.UnfilteredPort);
        postfix.WaitUntilQueueIsEmpty();
        Assert.Equal(forms.Length, postfix.Sink.MailsTo(Victim).Count(mail => !IsReply(mail)));
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
        postfix.Accept(forged, "links@example.com");
        var asked = RequestMail.FromSomebodyNew() with { To = "links@example.com" };
        postfix.Accept(asked, "links@example.com");
        postfix.WaitUntilQueueIsEmpty();

        Assert.Equal(before + 1, Replies);
        Assert.Single(postfix.Sink.MailsTo(asked.From));
        Assert.DoesNotContain(postfix.Sink.MailsTo(Victim), IsReply);
        postfix.AssertNothingWasReturned();
    }

    int Replies => postfix.Sink.Mails.Count(IsReply);

    static bool IsReply(string mail) => mail.Contains("X-Mail-Args: <bounces@example.com>", StringComparison.Ordinal);

    public sealed class Rewriting : Route
    {
        public Rewriting() : base("main.cf",
            "allow_percent_hack = yes\nswap_bangpath = yes\nresolve_dequoted_address = yes")
        {
            // As install.sh writes it.
            Place.Settings["own_domains"] =
                new JsonArray("example.com", "mx.responder.test", "localhost.responder.test");
            Place.Write();
            Place.GiveTo("mail_responder");
        }
    }
}
