using Amazon.CloudWatch.Model;
using Amazon.Runtime;
using Amazon.Runtime.Internal.Transform;
using MailResponder.Standins.AwsQuery;

namespace Amazon.CloudWatch.Internal;

internal sealed class PutMetricDataUnmarshaller : QueryUnmarshaller
{
    protected override AmazonWebServiceResponse NewResponse() => new PutMetricDataResponse();

    protected override void ReadField(XmlUnmarshallerContext context, AmazonWebServiceResponse response)
    {
        // A success says nothing but its request id.
    }

    protected override ExceptionOf OfCode(string code) => (m, e, t, c, i, s) =>
        new AmazonCloudWatchException(m, e, t, c, i, s);
}
