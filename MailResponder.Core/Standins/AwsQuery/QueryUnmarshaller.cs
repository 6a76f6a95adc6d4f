using System.Net;
using Amazon.Runtime;
using Amazon.Runtime.Internal.Transform;

namespace MailResponder.Standins.AwsQuery;

/// <summary>Reads the answers of AWS Query services: the fields of a success, or an error as an exception.</summary>
/// <param name="newResponse">Creates an answer without fields.</param>
/// <param name="readField">Reads the current element, if it is a field of the answer.</param>
/// <param name="exceptionOf">Creates the service's own exception for an error.</param>
internal sealed class QueryUnmarshaller(
    Func<AmazonWebServiceResponse> newResponse,
    Action<XmlUnmarshallerContext, AmazonWebServiceResponse> readField,
    QueryUnmarshaller.ExceptionOf exceptionOf) : XmlResponseUnmarshaller
{
    /// <summary>Creates an exception of the service from the content of an error answer.</summary>
    internal delegate AmazonServiceException ExceptionOf(
        string message, Exception innerException, ErrorType type, string code, string requestId,
        HttpStatusCode statusCode);

    public override AmazonWebServiceResponse Unmarshall(XmlUnmarshallerContext context)
    {
        var response = newResponse();
        while (context.Read())
        {
            if (!context.IsStartElement)
                continue;
            if (context.TestExpression("ResponseMetadata", 2))
                response.ResponseMetadata = ResponseMetadataUnmarshaller.Instance.Unmarshall(context);
            else
                readField(context, response);
        }

        return response;
    }

    public override AmazonServiceException UnmarshallException(
        XmlUnmarshallerContext context, Exception innerException, HttpStatusCode statusCode)
    {
        var error = XmlErrorResponseUnmarshaller.GetInstance().Unmarshall(context);
        return exceptionOf(error.Message, innerException, error.Type, error.Code, error.RequestId, statusCode);
    }
}
