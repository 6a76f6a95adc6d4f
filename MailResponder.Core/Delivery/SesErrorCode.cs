using System.Net;
using Amazon.Runtime;
using MailResponder.Aws;

namespace MailResponder.Delivery;

/// <summary>
/// The one table from the error codes of Amazon SES to what they mean for a reply (Amazon SES API Reference, common
/// errors and errors of SendRawEmail). Codes that are not in it are temporary: a retry loses nothing.
/// </summary>
internal static class SesErrorCode
{
    public const string TooLong = "the reply is larger than SES accepts (10 MB with encoded attachments)";

    private const string AccountPaused =
        "SES HAS PAUSED SENDING FOR THE WHOLE ACCOUNT: see its reputation (bounces, complaints) in the SES console";

    private const string SenderNotVerified =
        "SES DOES NOT ACCEPT THE SENDER: verify the domains of response_from and bounce_address in this region; "
        + "in the sandbox it delivers to verified addresses only";

    private const string AttachmentType = "SES does not accept attachments of this type; see: responder config check";

    public static SesFailure Meaning(AmazonServiceException error, string action) => ServiceFailure.Plain(
        error.ErrorCode) switch
    {
        "Throttling" or "Throttled" or "TooManyRequests" => Says(error, "daily")
            ? Temporary("the daily sending quota of the SES account is used up; see: responder ses quota")
            : new(SendStatus.Temporary,
                "SES throttles: the account's sending rate is reached; see: responder ses quota", IsThrottled: true),
        "AccountSendingPaused" => Temporary(AccountPaused),
        "ConfigurationSetSendingPaused" =>
            Temporary("sending is paused for ses.configuration_set: enable it in the SES console"),
        "ConfigurationSetDoesNotExist" =>
            Temporary("ses.configuration_set does not exist in this account and region"),
        "MailFromDomainNotVerified" =>
            Temporary("the custom MAIL FROM domain is not verified: its MX record is missing"),
        "MessageRejected" => OfRejected(error),
        "InvalidParameterValue" or "ValidationError" => OfParameter(error),
        "RequestEntityTooLarge" => SesFailure.OfStatus(HttpStatusCode.RequestEntityTooLarge),
        "ServiceUnavailable" => SesFailure.OfStatus(HttpStatusCode.ServiceUnavailable),
        "InternalFailure" or "InternalServiceError" => SesFailure.OfStatus(HttpStatusCode.InternalServerError),
        var code when ServiceFailure.OfCredentials(code, "SES", action) is { } problem => Temporary(problem),
        _ => Unknown(error),
    };

    private static SesFailure OfRejected(AmazonServiceException error)
    {
        if (Says(error, "not verified"))
            return Temporary(SenderNotVerified);
        if (Says(error, "paused") || Says(error, "suspended"))
            return Temporary(AccountPaused);
        if (IsAboutAttachment(error))
            return new(SendStatus.AttachmentsRefused, AttachmentType);
        return new(SendStatus.Refused, Says(error, "address") || Says(error, "suppress")
            ? "SES does not send to the requester's address" : "SES rejected the content of the reply");
    }

    private static SesFailure OfParameter(AmazonServiceException error)
    {
        if (Says(error, "length is more than") || Says(error, "too long"))
            return new(SendStatus.AttachmentsRefused, TooLong);
        if (IsAboutAttachment(error))
            return new(SendStatus.AttachmentsRefused, AttachmentType);
        // A fault of our own address would concern every reply.
        if (Says(error, "mail from") || Says(error, "source") || Says(error, "sender"))
            return Temporary("SES does not accept the sender's address; see response_from and bounce_address");
        return Says(error, "address") || Says(error, "domain")
            ? new(SendStatus.Refused, "SES rejected the requester's address as invalid")
            : Temporary("SES does not understand the request; see ses.configuration_set and ses.tags");
    }

    private static SesFailure Unknown(AmazonServiceException error) => (int)error.StatusCode >= 500
        ? SesFailure.OfStatus(error.StatusCode) : Temporary("SES answered " + ServiceFailure.Word(error.ErrorCode));

    private static bool IsAboutAttachment(AmazonServiceException error) =>
        Says(error, "attachment") || Says(error, "illegal filename") || Says(error, "file extension")
        || Says(error, "file type");

    private static bool Says(AmazonServiceException error, string words) =>
        error.Message.Contains(words, StringComparison.OrdinalIgnoreCase);

    private static SesFailure Temporary(string problem) => new(SendStatus.Temporary, problem);
}
