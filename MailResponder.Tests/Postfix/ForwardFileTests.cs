namespace MailResponder.Tests.Postfix;

/// <summary>postfix/main.cf without its transport map: local(8) runs the command in .forward.</summary>
[Collection("Postfix")]
public sealed class ForwardFileTests(ForwardFileTests.Forwarded route)
    : PostfixContract(route), IClassFixture<ForwardFileTests.Forwarded>
{
    public sealed class Forwarded() : Route("main.cf", "transport_maps =");
}
