using System.Net;
using Amazon.Runtime;

namespace Amazon.SimpleEmail.Model;

/// <summary>The account has no configuration set of that name in this region.</summary>
public class ConfigurationSetDoesNotExistException : AmazonSimpleEmailServiceException
{
    public ConfigurationSetDoesNotExistException(string message) : base(message)
    {
    }

    public ConfigurationSetDoesNotExistException(
        string message, Exception? innerException, ErrorType errorType, string errorCode, string requestId,
        HttpStatusCode statusCode)
        : base(message, innerException, errorType, errorCode, requestId, statusCode)
    {
    }
}
