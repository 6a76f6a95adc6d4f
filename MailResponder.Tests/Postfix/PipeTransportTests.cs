namespace MailResponder.Tests.Postfix;

/// <summary>postfix/main-relay-domains.cf: mail to the domains goes directly to the pipe transport.</summary>
[Collection("Postfix")]
public sealed class PipeTransportTests(PipeTransportTests.Straight route)
    : PostfixContract(route), IClassFixture<PipeTransportTests.Straight>
{
    public sealed class Straight() : Route("main-relay-domains.cf");
}
