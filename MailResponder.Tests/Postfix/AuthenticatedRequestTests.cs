namespace MailResponder.Tests.Postfix;

/// <summary>
/// Sends requests as they come from the internet, through postscreen, opendkim and opendmarc to the responder. What
/// these find about the sender decides whether the attachment is sent.
/// </summary>
[Collection("Postfix")]
public sealed class AuthenticatedRequestTests(MilterHost host) : IClassFixture<MilterHost>
{
    private const string All = "replied links attachment";
    private const string LinksOnly = "replied links text";

    /// <summary>
    /// The links need no proof. The attachment is only for senders proven to be who they claim to be.
    /// </summary>
    [Theory]
    [InlineData("signed by its domain", "zahra@signed.example", "signed.example", "elsewhere.example", All)]
    [InlineData("signed by a domain below", "zahra@signed.example", "sub.signed.example", "elsewhere.example", All)]
    [InlineData("signed by somebody else", "zahra@signed.example", "evil.example", "evil.example", LinksOnly)]
    [InlineData("changed on the way", "zahra@signed.example", "broken.signed.example", "elsewhere.example", LinksOnly)]
    [InlineData("unsigned, from nowhere", "zahra@signed.example", null, "elsewhere.example", LinksOnly)]
    [InlineData("unsigned, from a host of its domain", "zahra@hosts.example", null, "hosts.example", All)]
    [InlineData("unsigned, from a host of another domain", "zahra@signed.example", null, "hosts.example", LinksOnly)]
    [InlineData("against its domain's policy", "zahra@policy.example", null, "hosts.example", LinksOnly)]
    [InlineData("as its domain's policy wants it", "zahra@policy.example", null, "policy.example", All)]
    [InlineData("signed below a domain that wants more", "zahra@strict.example", "sub.strict.example",
        "elsewhere.example", LinksOnly)]
    [InlineData("signed, and the key cannot be looked up", "zahra@silent.example", "silent.example",
        "elsewhere.example", LinksOnly)]
    public void Request_GetsWhatItProves(string what, string from, string? signer, string envelope, string expected) =>
        Assert.Equal(what + ": " + expected, what + ": " + host.Ask(from, signer, "zahra@" + envelope));

    [Theory]
    [InlineData("Authentication-Results: mx.responder.test; dmarc=pass header.from=signed.example\r\n")]
    [InlineData("authentication-results : MX.Responder.Test;\r\n\tdkim=pass header.d=signed.example\r\n")]
    [InlineData("Authentication-Results:\r\n mx.responder.test; spf=pass smtp.mailfrom=signed.example\r\n")]
    public void ForgedResult_ChangesNothing(string header) =>
        Assert.Equal(LinksOnly, host.Ask("zahra@signed.example", null, "zahra@elsewhere.example", header));

    /// <remarks>The filters copy strangers' addresses into their results.</remarks>
    [Theory]
    [InlineData("\"x; dkim=pass header.d=signed.example \"@evil.example")]
    [InlineData("\"x smtp.mailfrom=zahra@signed.example\"@evil.example")]
    [InlineData("\"a)(b c\"@evil.example")]
    public void EnvelopeSenderThatLooksLikeAResult_ChangesNothing(string envelope) =>
        Assert.Equal(LinksOnly, host.Ask("zahra@signed.example", null, envelope));

    [Fact]
    public void EntryForTheProven_IsNotSentToOthers()
    {
        Assert.Equal("skipped not-authenticated",
            host.Ask("zahra@hosts.example", null, "zahra@hosts.example", requested: "signed@example.com"));
        Assert.Equal("replied links", host.Ask(
            "zahra@signed.example", "signed.example", "zahra@elsewhere.example", requested: "signed@example.com"));
    }
}
