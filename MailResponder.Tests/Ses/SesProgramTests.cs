using System.Text;
using System.Text.Json.Nodes;
using MailResponder.Tests.Mail;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.Ses;

/// <summary>Runs the published program, started as pipe(8) starts it, with a test double of SES.</summary>
public class SesProgramTests
{
    [Fact]
    public void Replies_GoOutSignedAndTheirIdsAreLogged()
    {
        using var ses = new SesDouble();
        using var place = new Workplace();
        place.SendThrough(ses);

        place.Filter(RequestMail.FromSomebodyNew()).AssertDone();

        Assert.Empty(ses.SignatureFaults);
        Assert.Contains("replied address=get@example.com replies=2 ", place.Log.Reports[^1], StringComparison.Ordinal);
        Assert.EndsWith(" receipts=ses:id-1,ses:id-2", place.Log.Reports[^1], StringComparison.Ordinal);
        foreach (var mail in ReadMail.All(Files(place, ses)))
        {
            Assert.True(mail.IsSignedByUs);
            Assert.Empty(mail.Defects);
        }
    }

    [Fact]
    public void LinksBySes_AttachmentsByTheHost()
    {
        using var ses = new SesDouble();
        using var place = new Workplace();
        place.SendThrough(ses);
        place.Book[1]!["send_method"] = "outbox";
        place.Write();

        place.Filter(RequestMail.FromSomebodyNew()).AssertDone();

        Assert.Single(ses.Accepted);
        Assert.Single(place.Outbox);
    }

    [Fact]
    public void FailedEntry_IsSentByTheRetryAlone()
    {
        using var ses = new SesDouble(number => number == 2 ? SesAnswer.Error(503, "ServiceUnavailable", "x") : null);
        using var place = new Workplace();
        place.SendThrough(ses);
        var request = RequestMail.FromSomebodyNew();

        place.Filter(request).AssertDeferred();
        place.Filter(request).AssertDone();

        Assert.Equal(2, ses.Accepted.Count);
        Assert.Equal(3, ses.Calls.Count);
        Assert.EndsWith(" receipts=ses:id-3", place.Log.Reports[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void CutAfterAcceptance_ComesTwiceRatherThanNever()
    {
        using var ses = new SesDouble(number => number == 1 ? SesAnswer.CutAfterRequest : null);
        using var place = new Workplace();
        place.SendThrough(ses);
        var request = RequestMail.FromSomebodyNew();

        place.Filter(request).AssertDeferred();
        Assert.Contains("may be sent twice", place.Log.Reports[^1], StringComparison.Ordinal);
        place.Filter(request).AssertDone();

        // Each call is answered or cut off: entry 1 was cut off, entry 2 accepted, entry 1 accepted.
        Assert.Equal((3, 2), (ses.Calls.Count, ses.Accepted.Count));
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX-Long: ", 20_000)]
    public void ReplyThatNeverGetsAUsableAnswer_IsSentSixTimesADayAtMost(string answer, int more = 0)
    {
        using var ses = SesDouble.That(new SesAnswer(Encoding.ASCII.GetBytes(answer + new string('x', more))));
        using var place = new Workplace();
        place.SendThrough(ses);
        var request = RequestMail.FromSomebodyNew() with { To = "links@example.com" };

        for (var i = 0; i < 8; i++) place.Filter(request, "--recipient", "links@example.com").AssertDeferred();

        Assert.Equal(6, ses.Calls.Count);
    }

    [Fact]
    public void NobodyIsNamedInTheLog()
    {
        var request = RequestMail.FromSomebodyNew();
        using var ses = SesDouble.That(
            SesAnswer.Error(400, "MessageRejected", $"Email address is not verified: {request.From}"));
        using var place = new Workplace();
        place.SendThrough(ses);

        place.Filter(request).AssertDeferred();

        Assert.Contains("deferred reason=send address=get@example.com ", place.Log.Reports[^1],
            StringComparison.Ordinal);
        Assert.All(place.Log.Reports, line =>
            Assert.DoesNotContain(request.From, line, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void RefusedForGood_GivesTheQuotaBack()
    {
        using var ses = new SesDouble(
            number => number <= 6 ? SesAnswer.Error(400, "MessageRejected", "Address blacklisted.") : null);
        using var place = new Workplace();
        place.SendThrough(ses);
        var request = RequestMail.FromSomebodyNew();
        for (var i = 0; i < 3; i++)
        {
            place.Filter(request.Again()).AssertDone();
            Assert.Contains("failed reason=refused ", place.Log.Reports[^1], StringComparison.Ordinal);
        }

        for (var i = 0; i < 3; i++) place.Filter(request.Again()).AssertDone();

        Assert.Equal(6, ses.Accepted.Count);
    }

    [Fact]
    public void ManyAtOnceUnderThrottling_AreAllAnswered()
    {
        using var ses = new SesDouble(
            number => number % 3 == 0 ? SesAnswer.Error(400, "Throttling", "Maximum sending rate exceeded.") : null);
        using var place = new Workplace();
        place.SendThrough(ses);

        var running = Enumerable.Range(0, 12).Select(_ => place.StartFilter()).ToList();
        foreach (var one in running) one.Feed(RequestMail.FromSomebodyNew().ToBytes());
        foreach (var one in running)
        {
            using (one) one.Finish().AssertDone();
        }

        Assert.Equal(24, ses.Accepted.Count);
        Assert.Empty(ses.SignatureFaults);
    }

    [Fact]
    public void Quota_IsShown()
    {
        using var ses = SesDouble.That(QuotaOf(50000, 14));
        using var place = new Workplace();
        place.SendThrough(ses);

        var run = place.Command("ses", "quota");

        Assert.True(run.ExitCode == 0, run.Errors);
        Assert.Empty(ses.SignatureFaults);
        Assert.Equal("GetSendQuota", Assert.Single(ses.Calls)["Action"]);
        Assert.Equal("""
            region:                eu-west-1
            recipients a day:      50000
            sent in 24 hours:      127
            recipients a second:   14
            sandbox:               no

            """, run.OutputText);
    }

    [Fact]
    public void Sandbox_IsRecognized()
    {
        using var ses = SesDouble.That(QuotaOf(200, 1));
        using var place = new Workplace();
        place.SendThrough(ses);
        Assert.Contains("verified addresses only", place.Command("ses", "quota").OutputText, StringComparison.Ordinal);
    }

    [Fact]
    public void QuotaWithoutPermission_NamesTheAction()
    {
        using var ses = SesDouble.That(SesAnswer.Error(403, "AccessDenied", "x"));
        using var place = new Workplace();
        place.SendThrough(ses);
        var run = place.Command("ses", "quota");
        Assert.Equal(75, run.ExitCode);
        Assert.Contains("ses:GetSendQuota", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void ConfigCheck_FindsWhatSesWouldRefuse()
    {
        using var ses = new SesDouble();
        using var place = new Workplace();
        place.SendThrough(ses);
        File.WriteAllBytes(place.PathTo("files/tools/large.zip"), new byte[8_000_000]);
        place.Book[1]!["attachments"] = JsonNode.Parse(
            """[["tools", "tool.zip", "Tool.MSI"], ["tools", "large.zip", "large.zip"]]""");
        place.Settings["ses"]!["profile"] = "absent";
        place.Write();

        var run = place.Command("config", "check");

        Assert.Equal(78, run.ExitCode);
        Assert.Contains("ses.credentials_file: AWS credentials file", run.OutputText, StringComparison.Ordinal);
        Assert.Contains("has no usable profile [absent]", run.OutputText, StringComparison.Ordinal);
        Assert.Contains("entry 2, attachments: Amazon SES refuses .MSI files", run.OutputText,
            StringComparison.Ordinal);
        Assert.Contains("encoded they are 10.5 MB", run.OutputText, StringComparison.Ordinal);
        Assert.Empty(ses.Calls);
    }

    [Fact]
    public void EntryBySesWithoutSettings_IsAFaultAndDefers()
    {
        using var place = new Workplace();
        place.Book[0]!["send_method"] = "ses";
        place.Write();
        var run = place.Command("config", "check");
        Assert.Equal(65, run.ExitCode);
        Assert.Contains("entry 1, send_method: ses is not set in ", run.OutputText, StringComparison.Ordinal);
        place.Filter(RequestMail.FromSomebodyNew()).AssertDeferred("4.3.5 ");
    }

    private static SesAnswer QuotaOf(int perDay, int perSecond) => SesAnswer.Xml(200,
        "<GetSendQuotaResponse xmlns=\"http://ses.amazonaws.com/doc/2010-12-01/\">"
        + "<GetSendQuotaResult><SentLast24Hours>127.0</SentLast24Hours>"
        + $"<Max24HourSend>{perDay}.0</Max24HourSend><MaxSendRate>{perSecond}.0</MaxSendRate></GetSendQuotaResult>"
        + "<ResponseMetadata><RequestId>273021c6-c866-11e0-b926-699e21c3af9e</RequestId></ResponseMetadata>"
        + "</GetSendQuotaResponse>");

    private static IEnumerable<string> Files(Workplace place, SesDouble ses) => ses.Accepted.Select((call, i) =>
    {
        var file = place.PathTo($"received-{i}.eml");
        File.WriteAllBytes(file, call.RawMessage);
        return file;
    });
}
