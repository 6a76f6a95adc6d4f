using Amazon.Runtime;
using Amazon.Runtime.Internal.Transform;
using Amazon.SimpleEmail.Model;

namespace Amazon.SimpleEmail.Internal;

internal sealed class GetAccountSendingEnabledUnmarshaller : SimpleEmailUnmarshaller
{
    protected override AmazonWebServiceResponse NewResponse() => new GetAccountSendingEnabledResponse();

    protected override void ReadField(XmlUnmarshallerContext context, AmazonWebServiceResponse response)
    {
        if (context.TestExpression("Enabled", 3))
            ((GetAccountSendingEnabledResponse)response).Enabled = BoolUnmarshaller.Instance.Unmarshall(context);
    }
}
