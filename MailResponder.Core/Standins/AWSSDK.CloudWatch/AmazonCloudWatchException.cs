using System.Net;
using Amazon.Runtime;

namespace Amazon.CloudWatch;

/// <summary>The error with which CloudWatch answered a request.</summary>
public class AmazonCloudWatchException(
    string message, Exception? innerException, ErrorType errorType, string errorCode, string requestId,
    HttpStatusCode statusCode)
    : AmazonServiceException(message, innerException, errorType, errorCode, requestId, statusCode);
