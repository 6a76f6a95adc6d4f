using System.Text.Json.Nodes;
using MailResponder.Tests.Mail;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.Postfix;

/// <summary>What holds for every way in which Postfix passes a message to the responder.</summary>
public abstract class PostfixContract(Route route)
{
    private readonly Workplace _place = route.Place;
    private readonly PrivatePostfix _postfix = route.Postfix;

    [Fact]
    public void Request_IsAnsweredOnce()
    {
        var request = RequestMail.FromSomebodyNew();
        _postfix.Accept(request);
        _postfix.WaitUntilQueueIsEmpty();

        Assert.Equal(2, RepliesTo(request).Count);
        Assert.All(RepliesTo(request), reply =>
        {
            Assert.Empty(reply.Defects);
            Assert.True(reply.IsSignedByUs);
            Assert.Equal("get@example.com", reply["Reply-To"]);
        });
        Assert.Matches(@"replied address=get@example\.com replies=2 ms=\d+ queue_id=\w+ ", _place.Log.Reports[^1]);
        _postfix.AssertNothingWasReturned();
    }

    [Fact]
    public void ReplyThroughSendmail_ReachesTheRequester()
    {
        var request = RequestMail.FromSomebodyNew() with { To = "links@example.com" };
        _postfix.Accept(request, "links@example.com");
        _postfix.WaitUntilQueueIsEmpty();

        var reply = Assert.Single(_postfix.Sink.MailsTo(request.From));
        Assert.Contains("X-Mail-Args: <bounces@example.com>", reply, StringComparison.Ordinal);
        Assert.Contains("https://example.com/tools", reply, StringComparison.Ordinal);
        Assert.True(ReadSignature(reply));
    }

    /// <summary>In a request by Bcc, or to an address forwarded from another server, To names somebody else.</summary>
    [Fact]
    public void EnvelopeRecipient_CountsAndNotTheToHeader()
    {
        var request = RequestMail.FromSomebodyNew() with { To = "get@example.com" };
        _postfix.Accept(request, "fa@example.com");
        _postfix.WaitUntilQueueIsEmpty();
        Assert.Equal("fa@example.com", Assert.Single(RepliesTo(request))["Reply-To"]);
    }

    [Fact]
    public void UpperCaseRecipient_IsTheSameAddress()
    {
        var request = RequestMail.FromSomebodyNew();
        _postfix.Accept(request, "GET@Example.COM");
        _postfix.WaitUntilQueueIsEmpty();
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
        _postfix.Accept(request, sender: sender);
        _postfix.WaitUntilQueueIsEmpty();
        Assert.Empty(RepliesTo(request));
        Assert.Contains($"skipped reason={reason} ", _place.Log.Reports[^1], StringComparison.Ordinal);
        _postfix.AssertNothingWasReturned();
    }

    [Theory]
    [InlineData("Auto-Submitted: no\r\n")]
    [InlineData("Precedence: normal\r\n")]
    [InlineData("X-Spam-Flag: NO\r\n")]
    public void BenignTwin_IsAnswered(string headers)
    {
        var request = RequestMail.FromSomebodyNew() with { MoreHeaders = headers };
        _postfix.Accept(request);
        _postfix.WaitUntilQueueIsEmpty();
        Assert.Equal(2, RepliesTo(request).Count);
    }

    [Fact]
    public void AddressThatTheBookDoesNotKnow_IsDroppedSilently()
    {
        var request = RequestMail.FromSomebodyNew();
        _postfix.Accept(request, "nobody.here@example.com");
        _postfix.WaitUntilQueueIsEmpty();
        Assert.Empty(RepliesTo(request));
        Assert.Contains("reason=unknown-address address=unknown ", _place.Log.Reports[^1], StringComparison.Ordinal);
        _postfix.AssertNothingWasReturned();
    }

    [Fact]
    public void MistypedAddress_IsAnsweredByTheEntryForThem()
    {
        var request = RequestMail.FromSomebodyNew() with { To = "gett@example.com" };
        _place.Book.Add(new JsonObject
        {
            ["email_addr"] = "*@example.com",
            ["body"] = "There is no such address.",
            ["attachments"] = null,
        });
        _place.Write();
        try
        {
            _postfix.Accept(request, "gett@example.com");
            _postfix.WaitUntilQueueIsEmpty();
        }
        finally
        {
            _place.Book.RemoveAt(_place.Book.Count - 1);
            _place.Write();
        }

        Assert.Null(Assert.Single(RepliesTo(request))["Reply-To"]);
        Assert.Contains("replied reason=unknown-address address=*@example.com ", _place.Log.Reports[^1],
            StringComparison.Ordinal);
        _postfix.AssertNothingWasReturned();
    }

    [Fact]
    public void BrokenSettings_DeferUntilTheyAreMended()
    {
        var request = RequestMail.FromSomebodyNew();
        File.WriteAllText(_place.SettingsFile, "{ \"response_from\": ");
        var deferredBefore = _postfix.Deferrals;
        _postfix.Accept(request);
        _postfix.WaitUntilDeferred(deferredBefore + 1);
        Assert.Empty(RepliesTo(request));

        _place.Write();
        _postfix.WaitUntilQueueIsEmpty();
        Assert.Equal(2, RepliesTo(request).Count);
        _postfix.AssertNothingWasReturned();
    }

    [Fact]
    public void DeferredMessage_IsNotAnsweredTwice()
    {
        var request = RequestMail.FromSomebodyNew();
        File.Move(_place.PathTo("files/tools/tool.zip"), _place.PathTo("away"));
        var deferredBefore = _postfix.Deferrals;
        _postfix.Accept(request);
        _postfix.WaitUntilDeferred(deferredBefore + 2);
        Assert.Single(RepliesTo(request));

        File.Move(_place.PathTo("away"), _place.PathTo("files/tools/tool.zip"));
        _postfix.WaitUntilQueueIsEmpty();
        Assert.Equal(2, RepliesTo(request).Count);
        _postfix.AssertNothingWasReturned();
    }

    private IReadOnlyList<ReadMail> RepliesTo(RequestMail request) =>
        ReadMail.All(_place.Outbox.Where(
            file => File.ReadAllText(file).Contains(request.From, StringComparison.Ordinal)));

    private bool ReadSignature(string sinkMail)
    {
        // The fields that smtp-sink and Postfix add in front of the mail are not signed.
        var file = _place.PathTo("from-sink");
        File.WriteAllText(file, sinkMail);
        return ReadMail.All([file])[0].IsSignedByUs;
    }
}
