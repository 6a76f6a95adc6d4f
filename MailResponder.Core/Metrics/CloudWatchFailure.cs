using System.Net;
using Amazon.Runtime;

namespace MailResponder.Metrics;

/// <summary>What a failed call of CloudWatch means to the operator (CloudWatch API Reference, common errors).</summary>
internal static class CloudWatchFailure
{
    /// <param name="exception">What the call threw.</param>
    /// <param name="nameSpace">The namespace that was to be written.</param>
    /// <returns>
    /// <see cref="Cause.Send"/> for what may pass by itself; <see cref="Cause.Metrics"/> for what has to be mended.
    /// </returns>
    public static ResponderException Of(Exception exception, string nameSpace)
    {
        var (cause, problem) = Describe(exception);
        return new ResponderException(cause, $"CloudWatch, namespace {nameSpace}: {problem}", exception);
    }

    private static (Cause Cause, string Problem) Describe(Exception exception) => exception switch
    {
        AmazonServiceException { ErrorCode.Length: > 0 } answered => OfCode(answered),
        OperationCanceledException or TimeoutException =>
            (Cause.Send, "no answer in time; if it took the metrics all the same, they are counted twice"),
        AmazonServiceException { StatusCode: >= HttpStatusCode.InternalServerError } odd =>
            (Cause.Send, $"it failed with HTTP {(int)odd.StatusCode}"),
        AmazonServiceException { StatusCode: not 0 } odd =>
            (Cause.Metrics, $"HTTP {(int)odd.StatusCode} without a reason; does metrics.endpoint name CloudWatch?"),
        _ => (Cause.Send,
            "it cannot be reached, or the connection was cut; see metrics.region, metrics.endpoint, the host's DNS "
            + "and firewall"),
    };

    private static (Cause Cause, string Problem) OfCode(AmazonServiceException error) => Plain(error.ErrorCode) switch
    {
        "Throttling" or "Throttled" or "RequestLimitExceeded" or "LimitExceeded" => (Cause.Send, "it throttles"),
        "AccessDenied" or "NotAuthorized" or "UnauthorizedOperation" or "OptInRequired" => (Cause.Metrics,
            "access denied; the user or role needs cloudwatch:PutMetricData for this namespace"),
        "InvalidClientTokenId" or "UnrecognizedClient" or "MissingAuthenticationToken" => (Cause.Metrics,
            "it does not know the access key: it was deleted or belongs to another partition; make a new one in IAM"),
        "SignatureDoesNotMatch" or "InvalidSignature" or "IncompleteSignature" or "RequestExpired" => (Cause.Metrics,
            "it does not accept the signature: the secret key is wrong, or this host's clock is (see timedatectl)"),
        "ExpiredToken" => (Cause.Metrics,
            "the session token has expired: fetch new credentials, or use a role or a lasting key"),
        "InvalidParameterValue" or "InvalidParameterCombination" or "MissingParameter" or "ValidationError" =>
            (Cause.Metrics,
            "it does not take the metrics; see metrics.namespace, and: responder metrics put --print"),
        var code when (int)error.StatusCode >= 500 => (Cause.Send, $"it failed with {Word(code)}"),
        var code => (Cause.Metrics, $"it answered {Word(code)}"),
    };

    private static string Plain(string code) =>
        code.EndsWith("Exception", StringComparison.Ordinal) ? code[..^"Exception".Length] : code;

    /// <summary>A code is a word; whatever else stands there is not repeated.</summary>
    private static string Word(string code) =>
        code.Length < 64 && code.All(char.IsAsciiLetterOrDigit) ? code : "an unknown code";
}
