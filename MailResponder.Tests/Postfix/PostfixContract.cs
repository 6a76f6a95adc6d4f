using System.Text.Json.Nodes;
using MailResponder.Tests.Mail;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.Postfix;

/// <summary>What holds whichever way Postfix hands a message to the responder.</summary>
public abstract class PostfixContract(Route route)
{
    readonly Workplace place = route.Place;
    readonly PrivatePostfix postfix = route.Postfix;

    [Fact]
    public void Request_IsAnsweredOnce()
    {
        var request = RequestMail.FromSomebodyNew();
        postfix.Accept(request);
        postfix.WaitUntilQueueIsEmpty();

        Assert.Equal(2, RepliesTo(request).Count);
        Assert.All(RepliesTo(request), reply =>
        {
            Assert.Empty(reply.Defects);
            Assert.True(reply.IsSignedByUs);
            Assert.Equal("get@example.com", reply["Reply-To"]);
        });
        Assert.Matches(@"replied address=get@example\.com replies=2 ms=\d+ queue_id=\w+ ", place.Log.Reports[^1]);
        postfix.AssertNothingWasReturned();
    }

    [Fact]
    public void ReplyThroughSendmail_ReachesTheRequester()
    {
        var request = RequestMail.FromSomebodyNew() with { To = "links@example.com" };
        postfix.Accept(request, "links@example.com");
        postfix.WaitUntilQueueIsEmpty();

        var reply = Assert.Single(postfix.Sink.MailsTo(request.From));
        Assert.Contains("X-Mail-Args: <bounces@example.com>", reply, StringComparison.Ordinal);
        Assert.Contains("https://example.com/tools", reply, StringComparison.Ordinal);
        Assert.True(ReadSignature(reply));
    }

    /// <summary>A request by Bcc, or to an address that another server forwarded, names somebody else in To.</summary>
    [Fact]
    public void EnvelopeRecipient_CountsAndNotTheToHeader()
    {
        var request = RequestMail.FromSomebodyNew() with { To = "get@example.com" };
        postfix.Accept(request, "fa@example.com");
        postfix.WaitUntilQueueIsEmpty();
        Assert.Equal("fa@example.com", Assert.Single(RepliesTo(request))["Reply-To"]);
    }

    [Fact]
    public void UpperCaseRecipient_IsTheSameAddress()
    {
        var request = RequestMail.FromSomebodyNew();
        postfix.Accept(request, "GET@Example.COM");
        postfix.WaitUntilQueueIsEmpty();
        Assert.Equal(2, RepliesTo(request).Count);
    }

    [Theory]
    [InlineData("null-sender", "<>", "")]
    [InlineData("null-sender", "mailer-daemon@freemail.test", "")]
    [InlineData("robot-sender", "owner-people@freemail.test", "")]
    [InlineData("auto-submitted", null, "Auto-Submitted: auto-replied\r\n")]
    [InlineData("bulk-precedence", null, "Precedence: Bulk\r\n")]
    [InlineData("mailing-list", null, "List-Id: <people.freemail.test>\r\n")]
    [InlineData("spam", null, "X-Spam-Flag: YES\r\n")]
    public void RobotMail_StaysUnanswered(string reason, string? sender, string headers)
    {
        var request = RequestMail.FromSomebodyNew() with { MoreHeaders = headers };
        postfix.Accept(request, sender: sender);
        postfix.WaitUntilQueueIsEmpty();
        Assert.Empty(RepliesTo(request));
        Assert.Contains($"skipped reason={reason} ", place.Log.Reports[^1], StringComparison.Ordinal);
        postfix.AssertNothingWasReturned();
    }

    [Theory]
    [InlineData("Auto-Submitted: no\r\n")]
    [InlineData("Precedence: normal\r\n")]
    [InlineData("X-Spam-Flag: NO\r\n")]
    public void BenignTwin_IsAnswered(string headers)
    {
        var request = RequestMail.FromSomebodyNew() with { MoreHeaders = headers };
        postfix.Accept(request);
        postfix.WaitUntilQueueIsEmpty();
        Assert.Equal(2, RepliesTo(request).Count);
    }

    [Fact]
    public void AddressThatTheBookDoesNotKnow_IsDroppedSilently()
    {
        var request = RequestMail.FromSomebodyNew();
        postfix.Accept(request, "nobody.here@example.com");
        postfix.WaitUntilQueueIsEmpty();
        Assert.Empty(RepliesTo(request));
        Assert.Contains("reason=unknown-address address=unknown ", place.Log.Reports[^1], StringComparison.Ordinal);
        postfix.AssertNothingWasReturned();
    }

    [Fact]
    public void MistypedAddress_IsAnsweredByTheEntryForThem()
    {
        var request = RequestMail.FromSomebodyNew() with { To = "gett@example.com" };
        place.Book.Add(new JsonObject
        {
            ["email_addr"] = "*@example.com",
            ["body"] = "There is no such address.",
            ["attachments"] = null,
        });
        place.Write();
        try
        {
            postfix.Accept(request, "gett@example.com");
            postfix.WaitUntilQueueIsEmpty();
        }
        finally
        {
            place.Book.RemoveAt(place.Book.Count - 1);
            place.Write();
        }

        Assert.Null(Assert.Single(RepliesTo(request))["Reply-To"]);
        Assert.Contains("replied reason=unknown-address address=*@example.com ", place.Log.Reports[^1],
            StringComparison.Ordinal);
        postfix.AssertNothingWasReturned();
    }

    [Fact]
    public void BrokenSettings_DeferUntilTheyAreMended()
    {
        var request = RequestMail.FromSomebodyNew();
        File.WriteAllText(place.SettingsFile, "{ \"response_from\": ");
        var deferredBefore = postfix.Deferrals;
        postfix.Accept(request);
        postfix.WaitUntilDeferred(deferredBefore + 1);
        Assert.Empty(RepliesTo(request));

        place.Write();
        postfix.WaitUntilQueueIsEmpty();
        Assert.Equal(2, RepliesTo(request).Count);
        postfix.AssertNothingWasReturned();
    }

    [Fact]
    public void DeferredMessage_IsNotAnsweredTwice()
    {
        var request = RequestMail.FromSomebodyNew();
        File.Move(place.PathTo("files/tools/tool.zip"), place.PathTo("away"));
        var deferredBefore = postfix.Deferrals;
        postfix.Accept(request);
        postfix.WaitUntilDeferred(deferredBefore + 2);
        Assert.Single(RepliesTo(request));

        File.Move(place.PathTo("away"), place.PathTo("files/tools/tool.zip"));
        postfix.WaitUntilQueueIsEmpty();
        Assert.Equal(2, RepliesTo(request).Count);
        postfix.AssertNothingWasReturned();
    }

    IReadOnlyList<ReadMail> RepliesTo(RequestMail request) =>
        ReadMail.All(place.Outbox.Where(
            file => File.ReadAllText(file).Contains(request.From, StringComparison.Ordinal)));

    bool ReadSignature(string sinkMail)
    {
        // What smtp-sink and Postfix put before the mail is not signed.
        var file = place.PathTo("from-sink");
        File.WriteAllText(file, sinkMail);
        return ReadMail.All([file])[0].IsSignedByUs;
    }
}
