using System.Net;
using Amazon.Runtime;

namespace Amazon.SimpleEmail;

/// <summary>Amazon SES answered a request with an error. Its message may hold addresses.</summary>
public class AmazonSimpleEmailServiceException(
    string message, Exception? innerException, ErrorType errorType, string errorCode, string requestId,
    HttpStatusCode statusCode)
    : AmazonServiceException(message, innerException, errorType, errorCode, requestId, statusCode);
