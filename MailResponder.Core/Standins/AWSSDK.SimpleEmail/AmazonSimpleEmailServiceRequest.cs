using Amazon.Runtime;

namespace Amazon.SimpleEmail;

public abstract class AmazonSimpleEmailServiceRequest : AmazonWebServiceRequest
{
}
