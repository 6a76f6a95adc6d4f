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
    private const string PerhapsSent = "it is unknown whether SES accepted the reply, so it may be sent twice";

    public const string WithoutId = "SES answered without a message id; " + PerhapsSent;

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
            return Temporary($"SES sent an answer that could not be understood; {PerhapsSent}");
        for (var inner = exception; inner is not null; inner = inner.InnerException)
        {
            if (OfNetwork(inner) is { } failure)
                return failure;
        }

        if (exception is AmazonServiceException { StatusCode: not 0 } odd)
            return OfStatus(odd.StatusCode);
        return Temporary($"the call to SES failed with {exception.GetType().Name}");
    }

    public static SesFailure OfStatus(HttpStatusCode status) => status switch
    {
        HttpStatusCode.RequestEntityTooLarge => new(SendStatus.AttachmentsRefused, SesErrorCode.TooLong),
        HttpStatusCode.ServiceUnavailable => Temporary("SES is not available now (HTTP 503)"),
        >= HttpStatusCode.InternalServerError => Temporary($"SES failed with HTTP {(int)status}; {PerhapsSent}"),
        _ => Temporary($"SES answered HTTP {(int)status} without a reason; does ses.endpoint name SES?"),
    };

    private static SesFailure? OfNetwork(Exception exception) => exception switch
    {
        // The request breaks off before its end, so SES accepts nothing.
        ChangedFileException changed => Temporary(changed.Message),
        OperationCanceledException or TimeoutException => Temporary($"SES did not answer in time; {PerhapsSent}"),
        AuthenticationException tls => Temporary($"{NoTls} ({tls.Message})"),
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => Temporary(NoName),
        HttpRequestException
        {
            HttpRequestError: HttpRequestError.SecureConnectionError, InnerException: not AuthenticationException
        } => Temporary(NoTls),
        SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData } =>
            Temporary(NoName),
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } =>
            Temporary("no connection to SES: see ses.endpoint and the host's firewall"),
        HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse } =>
            Temporary($"SES sent an answer that is not HTTP; {PerhapsSent}"),
        HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded } or HttpIOException or IOException =>
            Temporary($"the connection to SES was cut; {PerhapsSent}"),
        System.Xml.XmlException => Temporary($"SES sent an answer that could not be understood; {PerhapsSent}"),
        _ => null,
    };

    private static SesFailure Temporary(string problem) => new(SendStatus.Temporary, problem);
}
