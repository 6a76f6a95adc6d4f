using System.Globalization;
using System.Net;
using Amazon.Runtime;
using Amazon.Runtime.Internal.Transform;
using Amazon.SimpleEmail.Model;

namespace Amazon.SimpleEmail.Internal;

/// <summary>Reads answers: the fields of a success, or the error as its exception.</summary>
internal abstract class SimpleEmailUnmarshaller : XmlResponseUnmarshaller
{
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

    public sealed override AmazonServiceException UnmarshallException(XmlUnmarshallerContext context, Exception innerException, HttpStatusCode statusCode)
    {
        var error = XmlErrorResponseUnmarshaller.GetInstance().Unmarshall(context);
        var (message, type, code, id) = (error.Message, error.Type, error.Code, error.RequestId);
        return code switch
        {
            "MessageRejected" => new MessageRejectedException(message, innerException, type, code, id, statusCode),
            "MailFromDomainNotVerifiedException" => new MailFromDomainNotVerifiedException(message, innerException, type, code, id, statusCode),
            "ConfigurationSetDoesNotExist" => new ConfigurationSetDoesNotExistException(message, innerException, type, code, id, statusCode),
            "ConfigurationSetSendingPausedException" => new ConfigurationSetSendingPausedException(message, innerException, type, code, id, statusCode),
            "AccountSendingPausedException" => new AccountSendingPausedException(message, innerException, type, code, id, statusCode),
            _ => new AmazonSimpleEmailServiceException(message, innerException, type, code, id, statusCode),
        };
    }

    protected static double? Number(XmlUnmarshallerContext context) =>
        double.TryParse(StringUnmarshaller.Instance.Unmarshall(context), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    protected abstract AmazonWebServiceResponse NewResponse();

    /// <summary>Takes the element at which the reader stands, when it is one of the answer's fields.</summary>
    protected abstract void ReadField(XmlUnmarshallerContext context, AmazonWebServiceResponse response);
}
