using System.Net;
using Amazon.Runtime;
using MailResponder.Aws;
using MailResponder.Files;

namespace MailResponder.Book;

/// <summary>Describes S3's errors for the operator.</summary>
internal static class S3Trouble
{
    public static string Describe(Exception exception, bool timedOut) => exception switch
    {
        AmazonServiceException service => Describe(service),
        _ when timedOut || exception is TimeoutException => "no answer before the deadline",
        AmazonClientException client when client.Message.Contains("hash", StringComparison.OrdinalIgnoreCase) =>
            "the received file does not match its checksum, and is discarded",
        AmazonClientException =>
            $"no credentials or no connection; name a credentials_file, or {AwsConnection.MendRole}",
        EndOfStreamException => "the connection was cut; the incomplete file is discarded",
        HttpRequestException or WebException => "S3 cannot be reached; check network, name resolution and endpoint",
        IOException or UnauthorizedAccessException => FileTrouble.Describe(exception),
        // The SDK fails on some malformed headers with other exceptions. Any of them means that the answer is not S3's.
        _ => $"the answer is not from S3 ({exception.GetType().Name}); check the endpoint",
    };

    /// <summary>Whether S3 answered that the object does not exist. Then the name is wrong, and S3 works.</summary>
    public static bool IsMissing(Exception exception) =>
        exception is AmazonServiceException { StatusCode: HttpStatusCode.NotFound };

    private static string Describe(AmazonServiceException exception) => exception.ErrorCode switch
    {
        "NoSuchBucket" => "there is no such bucket; correct the name or the region",
        "InvalidObjectState" =>
            "the object is archived (S3 Glacier) and cannot be read; restore it, or upload it in the class STANDARD",
        "AccessDenied" when exception.Message.Contains("kms:", StringComparison.OrdinalIgnoreCase) =>
            "access denied to the key that the object is encrypted with; the user or role needs kms:Decrypt on it",
        { } code when code.StartsWith("KMS.", StringComparison.Ordinal) =>
            $"the key that the object is encrypted with cannot be used ({Code(code)}); " +
            "check the key in AWS KMS, or upload the object encrypted with another",
        { } code when ServiceFailure.OfCredentials(code, "S3", "s3:GetObject on it (and s3:ListBucket, or a missing "
            + "object looks like this too)") is { } problem => problem,
        "InvalidToken" =>
            "S3 does not know the session token; correct aws_session_token in credentials_file, " +
            "or remove it if the access key is permanent",
        var code when code is "PermanentRedirect" or "AuthorizationHeaderMalformed"
            || exception.StatusCode is HttpStatusCode.MovedPermanently or HttpStatusCode.PermanentRedirect =>
            "the bucket is in another region; correct s3.region",
        var code when code == "TemporaryRedirect"
            || exception.StatusCode is HttpStatusCode.Found or HttpStatusCode.TemporaryRedirect =>
            "S3 redirects to another place for now, as it does for a new bucket in another region; " +
            "correct s3.region, or wait a day",
        _ when exception.StatusCode == HttpStatusCode.NotFound =>
            "there is no such object; upload it, or correct the name",
        _ when exception.StatusCode == HttpStatusCode.Forbidden =>
            "access denied; the user or role needs s3:GetObject on it",
        _ when exception.StatusCode == 0 => "S3 cannot be reached; check network, name resolution and endpoint",
        _ => $"S3 answered {(int)exception.StatusCode} {Code(exception.ErrorCode)}; the next pull tries again",
    };

    private static string Code(string? code) =>
        code is { Length: > 0 and < 64 } && code.All(c => char.IsAsciiLetterOrDigit(c) || c == '.') ? code : "";
}
