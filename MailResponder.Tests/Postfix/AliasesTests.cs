using MailResponder.Tests.Program;

namespace MailResponder.Tests.Postfix;

/// <summary>
/// Tests postfix/aliases: mail to people's addresses reaches people on every route, and bounces are read only for
/// feedback.
/// </summary>
[Collection("Postfix")]
public sealed class AliasesTests
{
    /// <remarks>
    /// The user forwarder exists only on a real host. Here the aliases lead where its .forward would.
    /// </remarks>
    [Theory]
    [InlineData("main.cf", "postmaster@example.com")]
    [InlineData("main.cf", "Support@example.com")]
    [InlineData("main.cf", "abuse@mx.responder.test")]
    [InlineData("main-relay-domains.cf", "postmaster@example.com")]
    [InlineData("main-relay-domains.cf", "support@example.com")]
    [InlineData("main-relay-domains.cf", "root@mx.responder.test")]
    public void PeoplesAddress_ReachesPeople(string sample, string recipient)
    {
        using var place = new Workplace();
        using var postfix = new PrivatePostfix(place, sample);
        postfix.Alias("forwarder", "help@people.test");
        postfix.Accept(RequestMail.FromSomebodyNew(), recipient);
        postfix.WaitUntilQueueIsEmpty();
        Assert.Single(postfix.Sink.MailsTo("help@people.test"));
        Assert.Empty(place.Log.Reports);
    }

    [Theory]
    [InlineData("main.cf")]
    [InlineData("main-relay-domains.cf")]
    public void Bounce_IsForFeedbackAlone(string sample)
    {
        using var place = new Workplace();
        using var postfix = new PrivatePostfix(place, sample);
        postfix.Accept(RequestMail.FromSomebodyNew(), "bounces@example.com", "<>");
        postfix.WaitUntilQueueIsEmpty();
        Assert.Contains("status=sent (delivered via feedback service", postfix.MailLog, StringComparison.Ordinal);
        Assert.Empty(place.Log.Reports);
        postfix.AssertNothingWasReturned();
    }
}
