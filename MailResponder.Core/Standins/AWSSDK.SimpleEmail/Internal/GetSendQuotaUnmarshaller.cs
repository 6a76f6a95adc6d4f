using Amazon.Runtime;
using Amazon.Runtime.Internal.Transform;
using Amazon.SimpleEmail.Model;

namespace Amazon.SimpleEmail.Internal;

internal sealed class GetSendQuotaUnmarshaller : SimpleEmailUnmarshaller
{
    protected override AmazonWebServiceResponse NewResponse() => new GetSendQuotaResponse();

    protected override void ReadField(XmlUnmarshallerContext context, AmazonWebServiceResponse response)
    {
        var quota = (GetSendQuotaResponse)response;
        if (context.TestExpression("Max24HourSend", 3))
            quota.Max24HourSend = Number(context);
        else if (context.TestExpression("MaxSendRate", 3))
            quota.MaxSendRate = Number(context);
        else if (context.TestExpression("SentLast24Hours", 3))
            quota.SentLast24Hours = Number(context);
    }
}
