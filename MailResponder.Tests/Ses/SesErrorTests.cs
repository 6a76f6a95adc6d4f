namespace MailResponder.Tests.Ses;

/// <summary>
/// The error table, row by row, against an SES that gives these answers. No text of SES may appear in our output.
/// </summary>
public class SesErrorTests
{
    [Theory]
    [InlineData(400, "Throttling", "Daily message quota exceeded.", "daily sending quota")]
    [InlineData(400, "AccountSendingPausedException", "Sending is paused for the account.", "PAUSED SENDING")]
    [InlineData(400, "ConfigurationSetSendingPausedException", "Paused.", "ses.configuration_set")]
    [InlineData(400, "ConfigurationSetDoesNotExist", "Configuration set x does not exist.",
        "ses.configuration_set does not exist")]
    [InlineData(400, "MailFromDomainNotVerifiedException", "MX record", "MX record is missing")]
    [InlineData(400, "MessageRejected", "Email address is not verified. The following identities failed the check:",
        "verify the domains of response_from")]
    [InlineData(400, "MessageRejected", "Sending suspended for this account.", "PAUSED SENDING")]
    [InlineData(400, "InvalidParameterValue", "Something new.", "does not understand the request")]
    [InlineData(400, "InvalidParameterValue", "Invalid MAIL FROM domain.", "does not accept the sender's address")]
    [InlineData(400, "InvalidParameterValue", "The Source address is invalid.", "see response_from and bounce_address")]
    [InlineData(400, "ValidationError", "Sender address contains control or whitespace", "see response_from")]
    [InlineData(403, "SignatureDoesNotMatch", "Signature expired: 20200101T000000Z is now earlier", "timedatectl")]
    [InlineData(403, "InvalidClientTokenId", "The security token included in the request is invalid.",
        "does not know the access key")]
    [InlineData(403, "AccessDenied", "User arn:aws:iam::1:user/x is not authorized to perform ses:SendRawEmail",
        "needs ses:SendRawEmail")]
    [InlineData(403, "AccessDeniedException", "User is not authorized", "needs ses:SendRawEmail")]
    [InlineData(403, "ExpiredToken", "The security token included in the request is expired",
        "session token has expired")]
    [InlineData(400, "RequestExpired", "Request has expired", "clock is wrong")]
    [InlineData(500, "InternalFailure", "Oops", "unknown")]
    [InlineData(503, "ServiceUnavailable", "Busy", "not available now")]
    [InlineData(400, "BrandNewCode", "Oops", "SES answered BrandNewCode")]
    [InlineData(400, "requester@example.net", "Oops", "SES answered an unknown code")]
    public void Ours_IsDeferred(int status, string code, string message, string expected)
    {
        using var ses = SesDouble.That(SesAnswer.Error(status, code, $"{message} {SesAnswer.Leak}"));
        using var place = new SesPlace(ses.Url);

        var outcome = place.Reply(SesPlace.Entry());

        Assert.Empty(ses.SignatureFaults);
        Assert.Equal((Result.Deferred, Cause.Send), (outcome.Result, outcome.Cause));
        Assert.Contains(expected, outcome.Problem, StringComparison.Ordinal);
        Assert.Single(ses.Calls);
    }

    [Theory]
    [InlineData("MessageRejected", "Address blacklisted.", "does not send to the requester's address")]
    [InlineData("MessageRejected", "Message contains a virus", "rejected the content")]
    [InlineData("InvalidParameterValue", "Local address contains control or whitespace",
        "rejected the requester's address")]
    [InlineData("InvalidParameterValue", "Domain contains illegal character", "rejected the requester's address")]
    public void AddressOrContent_IsFinished(string code, string message, string expected)
    {
        using var ses = SesDouble.That(SesAnswer.Error(400, code, $"{message} {SesAnswer.Leak}"));
        using var place = new SesPlace(ses.Url);

        var outcome = place.Reply(SesPlace.Entry("tool.zip"));

        Assert.Equal(Result.Failed, outcome.Result);
        Assert.Contains(expected, outcome.Problem, StringComparison.Ordinal);
        Assert.Single(ses.Calls);
    }

    [Theory]
    [InlineData(400, "InvalidParameterValue", "Message length is more than 10485760 bytes long: '14017105'.",
        "larger than SES accepts")]
    [InlineData(400, "MessageRejected", "Illegal filename 'tool.exe'.", "attachments of this type")]
    [InlineData(400, "InvalidParameterValue", "Unsupported attachment type", "attachments of this type")]
    [InlineData(413, "RequestEntityTooLarge", "Too large", "larger than SES accepts")]
    public void RefusedAttachments_LeaveTheText(int status, string code, string message, string expected)
    {
        using var ses = new SesDouble(number => number == 1 ? SesAnswer.Error(status, code, message) : null);
        using var place = new SesPlace(ses.Url);

        var outcome = place.Reply(SesPlace.Entry("tool.zip"));

        Assert.Contains(expected, outcome.Problem, StringComparison.Ordinal);
        Assert.Equal(Result.Replied, outcome.Result);
        Assert.Equal("ses:id-2(without-attachments)", Assert.Single(outcome.Receipts));
        var text = System.Text.Encoding.ASCII.GetString(Assert.Single(ses.Accepted).RawMessage);
        Assert.DoesNotContain("tool.zip", text, StringComparison.Ordinal);
        Assert.DoesNotContain("multipart", text, StringComparison.Ordinal);
    }

    [Fact]
    public void RefusedText_IsNotTriedForEver()
    {
        using var ses = SesDouble.That(
            SesAnswer.Error(400, "InvalidParameterValue", "Message length is more than 10485760 bytes long"));
        using var place = new SesPlace(ses.Url);

        var outcome = place.Reply(SesPlace.Entry("tool.zip"));

        Assert.Equal(Result.Failed, outcome.Result);
        Assert.Equal(2, ses.Calls.Count);
    }

    [Fact]
    public void OverTenMegabytes_IsNotEvenTried()
    {
        using var ses = new SesDouble();
        using var place = new SesPlace(ses.Url);
        // 7.8 MB pass the first check of the attachment, but the encoded message does not pass the second.
        File.WriteAllBytes(place.PathTo("files/tools/tool.zip"), new byte[7_800_000]);

        var outcome = place.Reply(SesPlace.Entry("tool.zip"), SesPlace.Entry("a.zip", "b.zip"));

        Assert.Equal(["ses:id-1(without-attachments)", "ses:id-2(without-attachments)"], outcome.Receipts);
        Assert.Contains("10 MB", outcome.Problem, StringComparison.Ordinal);
        Assert.All(ses.Calls, call => Assert.True(call.Body.Length < 10_000));
    }

    [Fact]
    public void SevenMegabytes_GoOutWhole()
    {
        using var ses = new SesDouble();
        using var place = new SesPlace(ses.Url);
        File.WriteAllBytes(place.PathTo("files/tools/tool.zip"), new byte[7_000_000]);

        var outcome = place.Reply(SesPlace.Entry("tool.zip"));

        Assert.Equal(["ses:id-1"], outcome.Receipts);
        Assert.InRange(Assert.Single(ses.Accepted).RawMessage.Length, 9_000_000, 10_485_760);
    }

    [Fact]
    public void OneFailedEntry_DoesNotStopTheNext()
    {
        using var ses = new SesDouble(
            number => number == 1 ? SesAnswer.Error(400, "AccountSendingPausedException", "x") : null);
        using var place = new SesPlace(ses.Url);

        var outcome = place.Reply(SesPlace.Entry(), SesPlace.Entry());

        Assert.Equal(Result.Deferred, outcome.Result);
        Assert.Equal(["ses:id-2"], outcome.Receipts);
    }
}
