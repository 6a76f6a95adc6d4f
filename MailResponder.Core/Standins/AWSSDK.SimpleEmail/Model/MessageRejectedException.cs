using System.Net;
using Amazon.Runtime;

namespace Amazon.SimpleEmail.Model;

/// <summary>The message was not taken: unverified identity, suppressed address, content, attachment type.</summary>
public class MessageRejectedException : AmazonSimpleEmailServiceException
{
    public MessageRejectedException(string message) : base(message)
    {
    }

    public MessageRejectedException(
        string message, Exception? innerException, ErrorType errorType, string errorCode, string requestId,
        HttpStatusCode statusCode)
        : base(message, innerException, errorType, errorCode, requestId, statusCode)
    {
    }
}
