using System.Net;
using Amazon.Runtime;

namespace MailResponder.Aws;

/// <summary>
/// Translates the failed calls of a service into messages for the operator: the common errors of AWS, in words that fit
/// the service.
/// </summary>
/// <param name="Service">The service and the operation that was called.</param>
/// <param name="ToMend">
/// The cause of a failure that somebody must fix. A failure that may pass by itself has <see cref="Cause.Send"/>.
/// </param>
/// <param name="Rights">The IAM actions that the credentials need.</param>
/// <param name="Named">The place where the operator named the service.</param>
/// <param name="Unanswered">What a missing answer means.</param>
/// <param name="Refused">Why the service refuses the parameters of a call.</param>
internal sealed record ServiceFailure(
    string Service, Cause ToMend, string Rights, string Named, string Unanswered, string Refused)
{
    /// <param name="exception">The exception that the call threw.</param>
    public ResponderException Of(Exception exception)
    {
        var (cause, problem) = exception switch
        {
            AmazonServiceException { ErrorCode.Length: > 0 } answered => OfCode(answered),
            OperationCanceledException or TimeoutException => (Cause.Send, "no answer in time; " + Unanswered),
            AmazonServiceException { StatusCode: >= HttpStatusCode.InternalServerError } odd =>
                (Cause.Send, $"it failed with HTTP {(int)odd.StatusCode}"),
            AmazonServiceException { StatusCode: not 0 and < HttpStatusCode.MultipleChoices } =>
                (Cause.Send, "its answer was cut off or cannot be parsed; " + Unanswered),
            AmazonServiceException { StatusCode: not 0 } odd =>
                (ToMend, $"HTTP {(int)odd.StatusCode} without a reason; is this the right service? See {Named}"),
            _ => (Cause.Send,
                $"it cannot be reached, or the connection was cut; see {Named}, the host's DNS and firewall"),
        };
        return new ResponderException(cause, $"{Service}: {problem}", exception);
    }

    private (Cause Cause, string Problem) OfCode(AmazonServiceException error) => Plain(error.ErrorCode) switch
    {
        "Throttling" or "Throttled" or "RequestLimitExceeded" or "LimitExceeded" or "RequestThrottled" or "OverLimit" =>
            (Cause.Send, "it throttles requests"),
        "InvalidParameterValue" or "InvalidParameterCombination" or "MissingParameter" or "ValidationError"
            or "QueueDoesNotExist" or "NonExistentQueue" or "InvalidAddress" => (ToMend, Refused),
        var code when OfCredentials(code, "it", Rights) is { } problem => (ToMend, problem),
        var code when (int)error.StatusCode >= 500 => (Cause.Send, $"it failed with {Word(code)}"),
        var code => (ToMend, $"it answered {Word(code)}"),
    };

    /// <summary>
    /// Returns what an error code says about the credentials or the clock. The codes are the same in all services. Null
    /// for other codes.
    /// </summary>
    /// <param name="service">The service, as the text names it.</param>
    /// <param name="rights">The IAM actions that the credentials need.</param>
    public static string? OfCredentials(string code, string service, string rights) => Plain(code) switch
    {
        "AccessDenied" or "NotAuthorized" or "UnauthorizedOperation" or "OptInRequired" =>
            $"access denied; the user or role needs {rights}",
        "InvalidClientTokenId" or "UnrecognizedClient" or "MissingAuthenticationToken" or "InvalidAccessKeyId" =>
            $"{service} does not know the access key: it was deleted or belongs to another partition; make a new one "
                + "in IAM",
        "SignatureDoesNotMatch" or "InvalidSignature" or "IncompleteSignature" => $"{service} does not accept the "
            + "signature: the secret key is wrong, or this host's clock is (see timedatectl)",
        "RequestExpired" or "RequestTimeTooSkewed" => "this host's clock is wrong (see timedatectl)",
        "ExpiredToken" or "TokenRefreshRequired" =>
            "the session token has expired: fetch new credentials, or use a role or a lasting key",
        _ => null,
    };

    /// <summary>
    /// Returns a code without the namespace before it, and without the word Exception that some services append.
    /// </summary>
    public static string Plain(string code)
    {
        var name = code[(code.LastIndexOf('.') + 1)..];
        return name.EndsWith("Exception", StringComparison.Ordinal) ? name[..^"Exception".Length] : name;
    }

    /// <summary>Returns a code that is one word. Any other text is not repeated.</summary>
    public static string Word(string code) =>
        code.Length < 64 && code.All(char.IsAsciiLetterOrDigit) ? code : "an unknown code";
}
