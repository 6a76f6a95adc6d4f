using System.Net;
using Amazon.Runtime;

namespace Amazon.SimpleEmail;

/// <summary>The error with which Amazon SES answered a request. The message may contain addresses.</summary>
public class AmazonSimpleEmailServiceException(
    string message, Exception? innerException, ErrorType errorType, string errorCode, string requestId,
    HttpStatusCode statusCode)
    : AmazonServiceException(message, innerException, errorType, errorCode, requestId, statusCode);
