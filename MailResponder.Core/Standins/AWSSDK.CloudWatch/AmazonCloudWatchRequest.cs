using Amazon.Runtime;

namespace Amazon.CloudWatch;

public abstract class AmazonCloudWatchRequest : AmazonWebServiceRequest
{
}
