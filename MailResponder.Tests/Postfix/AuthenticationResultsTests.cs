using System.Text;
using System.Text.RegularExpressions;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.Postfix;

/// <summary>
/// Tests header_checks, milters.cf, opendkim.conf and opendmarc.conf: the Authentication-Results that the responder
/// reads are ours, whatever a stranger wrote into the message.
/// </summary>
[Collection("Postfix")]
public sealed class AuthenticationResultsTests
{
    private const string Forged =
        "Authentication-Results: mx.responder.test; dkim=pass header.d=forged.test\r\n" +
        "authentication-results : MX.Responder.Test;\r\n\tdmarc=pass header.from=forged.test\r\n" +
        "Authentication-Results: elsewhere.test; spf=pass smtp.mailfrom=forged.test\r\n" +
        "X-Originating-IP: [198.51.100.77]\r\n" +
        "X-Kept: authentication-results: forged\r\n";

    [Theory]
    [InlineData("main.cf", "mail_responder@localhost")]
    [InlineData("main-relay-domains.cf", "get@example.com")]
    public void Forged_AreTakenOffWithoutMilters(string sample, string handedTo)
    {
        using var place = new Workplace();
        using var names = Names();
        using var postfix = Capturing(place, sample, handedTo);
        postfix.Resolve(names.Address);
        Send(postfix, Encoding.UTF8.GetBytes(Forged).Concat(RequestMail.FromSomebodyNew().ToBytes()).ToArray());
        var header = Captured(place);
        Assert.DoesNotContain("forged.test", header, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("198.51.100.77", header, StringComparison.Ordinal);
        Assert.Contains("X-Kept: ", header, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("main.cf", "mail_responder@localhost")]
    [InlineData("main-relay-domains.cf", "get@example.com")]
    public void Ours_SayWhatTheMiltersFound(string sample, string handedTo)
    {
        using var place = new Workplace();
        using var names = Names();
        using var milters = new Milters(names.Address);
        using var postfix = Capturing(place, sample, handedTo, milters.Parameters);
        postfix.Resolve(names.Address);
        Send(postfix, [.. Encoding.UTF8.GetBytes(Forged), .. Signed(place)]);

        var header = Captured(place);
        Assert.DoesNotContain("forged.test", header, StringComparison.OrdinalIgnoreCase);
        var results = Regex.Matches(header, @"^Authentication-Results:((?:.|\n[ \t])*)", RegexOptions.Multiline)
            .Select(match => match.Value).ToArray();
        Assert.All(results, result => Assert.Matches(@"^Authentication-Results: mx\.responder\.test;", result));
        Assert.Contains(results, result =>
            Regex.IsMatch(result, @"dkim=pass .*header\.d=example\.com", RegexOptions.Singleline));
        Assert.Contains(results, result =>
            Regex.IsMatch(result, @"dmarc=pass .*header\.from=example\.com", RegexOptions.Singleline));
        Assert.Contains(results, result =>
            Regex.IsMatch(result, @"spf=fail .*smtp\.mailfrom=.*freemail\.test", RegexOptions.Singleline));
    }

    [Fact]
    public void UnsignedMail_IsSaidToBeUnsigned()
    {
        using var place = new Workplace();
        using var names = Names();
        using var milters = new Milters(names.Address);
        using var postfix = Capturing(place, "main.cf", "mail_responder@localhost", milters.Parameters);
        postfix.Resolve(names.Address);
        var mail = RequestMail.FromSomebodyNew() with { MoreHeaders = Forged };
        Send(postfix, mail.ToBytes());
        Assert.Matches(@"Authentication-Results: mx\.responder\.test;\s+dkim=none", Captured(place));
    }

    [Fact]
    public void DeadMilters_CostNoRequest()
    {
        using var place = new Workplace();
        using var names = Names();
        string parameters;
        using (var milters = new Milters(names.Address)) parameters = milters.Parameters;
        using var postfix = new PrivatePostfix(place, "main.cf", parameters);
        postfix.Resolve(names.Address);
        Send(postfix, RequestMail.FromSomebodyNew().ToBytes());
        postfix.WaitUntilQueueIsEmpty();
        Assert.Contains("connect to Milter service inet:127.0.0.1:", postfix.MailLog, StringComparison.Ordinal);
        Assert.Equal(2, place.Outbox.Count);
    }

    /// <summary>
    /// Returns the DNS as the milters see it: our key, a policy, and a sender that may not send from that address.
    /// </summary>
    private static NameServer Names()
    {
        var key = Workplace.DkimPublicKey;
        return new NameServer(
            "address=/freemail.test/192.0.2.1",
            "txt-record=freemail.test,v=spf1 ip4:192.0.2.1 -all",
            $"txt-record=mail._domainkey.example.com,v=DKIM1; k=rsa; p={key[..200]},{key[200..]}",
            "txt-record=_dmarc.example.com,v=DMARC1; p=reject");
    }

    /// <summary>Returns a mail with a valid signature: one of the responder's own replies.</summary>
    private static byte[] Signed(Workplace place)
    {
        place.Filter(RequestMail.FromSomebodyNew()).AssertDone();
        return File.ReadAllBytes(place.Outbox[0]);
    }

    /// <summary>Returns a Postfix that keeps the mail the responder would get.</summary>
    private static PrivatePostfix Capturing(Workplace place, string sample, string handedTo, string more = "") => new(
        place,
        sample,
        $"transport_maps = inline:{{ {handedTo}=capture: }}\ncapture_destination_recipient_limit = 1\n{more}",
        $$"""
        capture unix - n n - 1 pipe
          flags=DORXhu user=mail_responder null_sender=
          argv=/bin/dd status=none of={{place.PathTo("captured")}}
        """);

    private static string Captured(Workplace place)
    {
        var file = place.PathTo("captured");
        Patience.Until("the message arrives", () =>
            File.Exists(file) && File.ReadAllText(file).Contains("\n\n", StringComparison.Ordinal));
        return File.ReadAllText(file).Split("\n\n")[0];
    }

    private static void Send(PrivatePostfix postfix, byte[] mail)
    {
        using var smtp = new SmtpDialogue(postfix.OutsidePort, Outside.Stranger);
        smtp.Say("EHLO mx.freemail.test");
        smtp.Say("MAIL FROM:<zahra@freemail.test>");
        smtp.Say("RCPT TO:<get@example.com>");
        smtp.Data(Encoding.UTF8.GetString(mail));
        smtp.Say("QUIT");
    }
}
