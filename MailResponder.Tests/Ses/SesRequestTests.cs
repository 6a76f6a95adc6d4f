using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MailResponder.Tests.Mail;

namespace MailResponder.Tests.Ses;

/// <summary>What SES receives, read from the request on the wire.</summary>
public partial class SesRequestTests
{
    [Fact]
    public void Request_NamesEnvelopeConfigurationSetAndTags()
    {
        using var ses = new SesDouble();
        using var place = new SesPlace(ses.Url);
        place.Ses = place.Ses with
        {
            ConfigurationSet = "replies",
            Tags = [new("fleet", "blue"), new("kind", "links_1")],
        };

        var outcome = place.Reply(SesPlace.Entry());

        Assert.Equal("ses:id-1", Assert.Single(outcome.Receipts));
        Assert.Null(outcome.Problem);
        var call = Assert.Single(ses.Accepted);
        Assert.Equal("POST / HTTP/1.1", call.RequestLine);
        Assert.StartsWith("application/x-www-form-urlencoded", call.Headers["content-type"], StringComparison.Ordinal);
        Assert.Equal(("SendRawEmail", "2010-12-01"), (call["Action"], call["Version"]));
        Assert.Equal(("bounces@example.com", SesPlace.Requester, null),
            (call["Source"], call["Destinations.member.1"], call["Destinations.member.2"]));
        Assert.Equal("replies", call["ConfigurationSetName"]);
        Assert.Equal(("fleet", "blue"), (call["Tags.member.1.Name"], call["Tags.member.1.Value"]));
        Assert.Equal(("kind", "links_1"), (call["Tags.member.2.Name"], call["Tags.member.2.Value"]));
        Assert.DoesNotContain("X-SES", Encoding.ASCII.GetString(call.RawMessage), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void WithoutConfigurationSet_NoneIsNamed()
    {
        using var ses = new SesDouble();
        using var place = new SesPlace(ses.Url);
        place.Reply(SesPlace.Entry());
        var call = Assert.Single(ses.Accepted);
        Assert.Null(call["ConfigurationSetName"]);
        Assert.Null(call["Tags.member.1.Name"]);
    }

    [Fact]
    public void InternationalDomain_IsAddressedInAscii()
    {
        using var ses = new SesDouble();
        using var place = new SesPlace(ses.Url);
        place.ReplyTo("someone@bücher.example", SesPlace.Entry());
        Assert.Equal("someone@xn--bcher-kva.example", Assert.Single(ses.Accepted)["Destinations.member.1"]);
    }

    [Fact]
    public void Message_KeepsItsSignatureWhenSesReplacesDateAndMessageId()
    {
        using var ses = new SesDouble();
        using var place = new SesPlace(ses.Url);
        place.Reply(SesPlace.Entry("tool.zip"));

        var raw = Encoding.Latin1.GetString(Assert.Single(ses.Accepted).RawMessage);
        Assert.DoesNotContain("\n", raw.Replace("\r\n", "", StringComparison.Ordinal), StringComparison.Ordinal);
        var signed = SignedNames().Match(raw).Groups[1].Value.ToLowerInvariant();
        Assert.DoesNotContain("date", signed, StringComparison.Ordinal);
        Assert.DoesNotContain("message-id", signed, StringComparison.Ordinal);
        Assert.True(IsSigned(place, raw));

        var replaced = DateHeader().Replace(
            MessageIdHeader().Replace(raw, "Message-ID: <0102-ses@eu-west-1.amazonses.com>\r\n"),
            "Date: Mon, 1 Jan 2029 00:00:00 +0000\r\n");
        Assert.NotEqual(raw, replaced);
        Assert.True(IsSigned(place, replaced));
        Assert.False(IsSigned(place, replaced.Replace("Subject: Re:", "Subject: No:", StringComparison.Ordinal)));
    }

    [Fact]
    public void OtherWaysOut_SignDateAndMessageId()
    {
        using var place = new SesPlace("http://127.0.0.1:1/");
        var outcome = place.Reply(SesPlace.Entry() with { SendMethod = MailResponder.Settings.SendMethod.Outbox });
        Assert.Equal(Result.Replied, outcome.Result);
        var signed = SignedNames().Match(File.ReadAllText(outcome.Receipts[0])).Groups[1].Value.ToLowerInvariant();
        Assert.Contains("date", signed, StringComparison.Ordinal);
        Assert.Contains("message-id", signed, StringComparison.Ordinal);
    }

    private static bool IsSigned(SesPlace place, string raw)
    {
        File.WriteAllBytes(place.PathTo("raw.eml"), Encoding.Latin1.GetBytes(raw));
        return ReadMail.All([place.PathTo("raw.eml")], SesPlace.DkimPublicKey)[0].IsSignedByUs;
    }

    [GeneratedRegex(@"DKIM-Signature:.*?\bh=([^;]*);", RegexOptions.Singleline)]
    private static partial Regex SignedNames();

    [GeneratedRegex(@"^Date: .*\r\n", RegexOptions.Multiline)]
    private static partial Regex DateHeader();

    [GeneratedRegex(@"^Message-I[dD]: .*\r\n", RegexOptions.Multiline)]
    private static partial Regex MessageIdHeader();
}
