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

    public sealed override AmazonServiceException UnmarshallException(
        XmlUnmarshallerContext context, Exception innerException, HttpStatusCode statusCode)
    {
        var error = XmlErrorResponseUnmarshaller.GetInstance().Unmarshall(context);
        return error.Code switch
        {
            "MessageRejected" => Of((m, e, t, c, i, s) => new MessageRejectedException(m, e, t, c, i, s)),
            "MailFromDomainNotVerifiedException" => Of((m, e, t, c, i, s) => new MailFromDomainNotVerifiedException(m, e, t, c, i, s)),
            "ConfigurationSetDoesNotExist" => Of((m, e, t, c, i, s) => new ConfigurationSetDoesNotExistException(m, e, t, c, i, s)),
            "ConfigurationSetSendingPausedException" =>
                Of((m, e, t, c, i, s) => new ConfigurationSetSendingPausedException(m, e, t, c, i, s)),
            "AccountSendingPausedException" => Of((m, e, t, c, i, s) => new AccountSendingPausedException(m, e, t, c, i, s)),
            _ => Of((m, e, t, c, i, s) => new AmazonSimpleEmailServiceException(m, e, t, c, i, s)),
        };

        AmazonServiceException Of(Func<string, Exception, ErrorType, string, string, HttpStatusCode, AmazonServiceException> create) =>
            create(error.Message, innerException, error.Type, error.Code, error.RequestId, statusCode);
    }

    protected static double? Number(XmlUnmarshallerContext context) =>
        double.TryParse(
            StringUnmarshaller.Instance.Unmarshall(context), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    protected abstract AmazonWebServiceResponse NewResponse();

    /// <summary>Takes the element at which the reader stands, when it is one of the answer's fields.</summary>
    protected abstract void ReadField(XmlUnmarshallerContext context, AmazonWebServiceResponse response);
}
