namespace MailResponder.Tests.Postfix;

/// <summary>postfix/main.cf: what is nobody's mail is the responder's, by the pipe transport.</summary>
[Collection("Postfix")]
public sealed class LuserRelayTests(LuserRelayTests.Relayed route)
    : PostfixContract(route), IClassFixture<LuserRelayTests.Relayed>
{
    public sealed class Relayed() : Route("main.cf");
}
