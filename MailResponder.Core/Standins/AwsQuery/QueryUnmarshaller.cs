using System.Net;
using Amazon.Runtime;
using Amazon.Runtime.Internal.Transform;

namespace MailResponder.Standins.AwsQuery;

/// <summary>Reads answers of AWS Query services: the fields of a success, or the error as its exception.</summary>
internal abstract class QueryUnmarshaller : XmlResponseUnmarshaller
{
    /// <summary>An exception of the service, from what the answer says.</summary>
    protected delegate AmazonServiceException ExceptionOf(
        string message, Exception innerException, ErrorType type, string code, string requestId,
        HttpStatusCode statusCode);

    public sealed override AmazonWebServiceResponse Unmarshall(XmlUnmarshallerContext context)
    {
        var response = NewResponse();
        while (context.Read())
        {
            if (!context.IsStartElement)
                continue;
            if (context.TestExpression("ResponseMetadata", 2))
                response.ResponseMetadata = ResponseMetadataUnmarshaller.Instance.Unmarshall(context);
            else
                ReadField(context, response);
        }

        return response;
    }

    public sealed override AmazonServiceException UnmarshallException(
        XmlUnmarshallerContext context, Exception innerException, HttpStatusCode statusCode)
    {
        var error = XmlErrorResponseUnmarshaller.GetInstance().Unmarshall(context);
        return OfCode(error.Code)(error.Message, innerException, error.Type, error.Code, error.RequestId, statusCode);
    }

    protected abstract AmazonWebServiceResponse NewResponse();

    /// <summary>Takes the element at which the reader stands, when it is one of the answer's fields.</summary>
    protected abstract void ReadField(XmlUnmarshallerContext context, AmazonWebServiceResponse response);

    /// <summary>Makes the exception that the service has for an error code.</summary>
    protected abstract ExceptionOf OfCode(string code);
}
