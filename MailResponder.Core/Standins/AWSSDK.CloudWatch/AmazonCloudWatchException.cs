using System.Net;
using Amazon.Runtime;

namespace Amazon.CloudWatch;

/// <summary>CloudWatch answered a request with an error.</summary>
public class AmazonCloudWatchException(
    string message, Exception? innerException, ErrorType errorType, string errorCode, string requestId,
    HttpStatusCode statusCode)
    : AmazonServiceException(message, innerException, errorType, errorCode, requestId, statusCode);
