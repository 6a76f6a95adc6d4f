namespace MailResponder.Tests.Postfix;

/// <summary>postfix/main.cf: mail for unknown users goes to the responder through the pipe transport.</summary>
[Collection("Postfix")]
public sealed class LuserRelayTests(LuserRelayTests.Relayed route)
    : PostfixContract(route), IClassFixture<LuserRelayTests.Relayed>
{
    public sealed class Relayed() : Route("main.cf");
}
