using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Amazon.Runtime;
using MailResponder.Files;

namespace MailResponder.Delivery;

/// <summary>What a failed call of Amazon SES means, in our own words: those of SES may contain addresses.</summary>
/// <param name="Status">Never <see cref="SendStatus.Sent"/>.</param>
/// <param name="Problem">A text for the operator. It ends with what to do, if something can be done.</param>
/// <param name="IsThrottled">Whether the same call may succeed within seconds.</param>
internal readonly record struct SesFailure(SendStatus Status, string Problem, bool IsThrottled = false)
{
    public const string NoConnection = "no connection to SES: see ses.endpoint and the host's firewall";

    private const string NoTls =
        "no TLS connection to SES: its certificate is not trusted, or another host answers in its place";

    private const string NoName = "the name of SES cannot be resolved; see ses.region, ses.endpoint and the host's DNS";

    /// <summary>Returns what an exception means for a reply.</summary>
    /// <param name="exception">The exception that the call threw.</param>
    /// <param name="action">The operation as IAM names it ("ses:SendRawEmail").</param>
    public static SesFailure Of(Exception exception, string action)
    {
        if (exception is AmazonServiceException { ErrorCode.Length: > 0 } answered)
            return SesErrorCode.Meaning(answered, action);
        if (exception is AmazonUnmarshallingException { StatusCode: < HttpStatusCode.MultipleChoices })
            return Unknown("SES sent an answer that could not be understood");
        for (var inner = exception; inner is not null; inner = inner.InnerException)
        {
            if (OfNetwork(inner) is { } failure)
                return failure;
        }

        if (exception is AmazonServiceException { StatusCode: not 0 } odd)
            return OfStatus(odd.StatusCode);
        // This may come after SES accepted the reply: an answer that the HTTP client refuses, or no memory to read it.
        return Unknown($"the call to SES failed with {exception.GetType().Name}");
    }

    public static SesFailure OfStatus(HttpStatusCode status) => status switch
    {
        HttpStatusCode.RequestEntityTooLarge => new(SendStatus.AttachmentsRefused, SesErrorCode.TooLong),
        HttpStatusCode.ServiceUnavailable => Temporary("SES is not available now (HTTP 503)"),
        < HttpStatusCode.BadRequest or >= HttpStatusCode.InternalServerError =>
            Unknown($"SES failed with HTTP {(int)status}"),
        _ => Temporary($"SES answered HTTP {(int)status} without a reason; does ses.endpoint name SES?"),
    };

    private static SesFailure? OfNetwork(Exception exception) => exception switch
    {
        // The request breaks off before its end, so SES accepts nothing.
        ChangedFileException changed => Temporary(changed.Message),
        OperationCanceledException or TimeoutException => Unknown("SES did not answer in time"),
        AuthenticationException tls => Temporary($"{NoTls} ({tls.Message})"),
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => Temporary(NoName),
        HttpRequestException
        {
            HttpRequestError: HttpRequestError.SecureConnectionError, InnerException: not AuthenticationException
        } => Temporary(NoTls),
        SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData } =>
            Temporary(NoName),
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } =>
            Temporary(NoConnection),
        HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse } =>
            Unknown("SES sent an answer that is not HTTP"),
        HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded } or HttpIOException or IOException =>
            Unknown("the connection to SES was cut"),
        System.Xml.XmlException => Unknown("SES sent an answer that could not be understood"),
        _ => null,
    };

    private static SesFailure Temporary(string problem) => new(SendStatus.Temporary, problem);

    /// <summary>SES may have done what the call asked for.</summary>
    private static SesFailure Unknown(string problem) => new(SendStatus.Unknown, problem);
}
