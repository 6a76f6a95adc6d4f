using System.Net;
using Amazon.Runtime;

namespace Amazon.SimpleEmail;

/// <summary>Amazon SES answered a request with an error. Its message may hold addresses.</summary>
public class AmazonSimpleEmailServiceException : AmazonServiceException
{
    public AmazonSimpleEmailServiceException(string message) : base(message)
    {
    }

    public AmazonSimpleEmailServiceException(string message, Exception innerException) : base(message, innerException)
    {
    }

    public AmazonSimpleEmailServiceException(
        string message, Exception? innerException, ErrorType errorType, string errorCode, string requestId,
        HttpStatusCode statusCode)
        : base(message, innerException, errorType, errorCode, requestId, statusCode)
    {
    }
}
