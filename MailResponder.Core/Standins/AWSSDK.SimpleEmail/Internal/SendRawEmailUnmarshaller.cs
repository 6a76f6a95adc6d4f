using Amazon.Runtime;
using Amazon.Runtime.Internal.Transform;
using Amazon.SimpleEmail.Model;

namespace Amazon.SimpleEmail.Internal;

internal sealed class SendRawEmailUnmarshaller : SimpleEmailUnmarshaller
{
    protected override AmazonWebServiceResponse NewResponse() => new SendRawEmailResponse();

    protected override void ReadField(XmlUnmarshallerContext context, AmazonWebServiceResponse response)
    {
        if (context.TestExpression("MessageId", 3))
            ((SendRawEmailResponse)response).MessageId = StringUnmarshaller.Instance.Unmarshall(context);
    }
}
