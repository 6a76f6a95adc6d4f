using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Transform;
using MailResponder.Standins.AwsQuery;

namespace Amazon.SimpleEmail.Internal;

/// <summary>Requests of operations that have no parameters.</summary>
internal sealed class PlainMarshaller(string action) : IMarshaller<IRequest, AmazonWebServiceRequest>
{
    public IRequest Marshall(AmazonWebServiceRequest input) =>
        new QueryForm("Amazon.SimpleEmail", AmazonSimpleEmailServiceConfig.ApiVersion, action).ToRequest(input);
}
