using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.Runtime.Internal;
using Amazon.Util.Internal;
using MailResponder.Standins.AwsQuery;

namespace Amazon.CloudWatch;

/// <summary>
/// Where CloudWatch is reached, and how. Set the region, or a ServiceURL with an AuthenticationRegion.
/// </summary>
public class AmazonCloudWatchConfig : ClientConfig
{
    internal const string ApiVersion = "2010-08-01";

    private static readonly string ProductName = InternalSDKUtils.BuildUserAgentString("CloudWatch", "4.0");

    public AmazonCloudWatchConfig()
        : base(new DefaultConfigurationProvider([new DefaultConfiguration
        {
            Name = DefaultConfigurationMode.Standard,
            RetryMode = RequestRetryMode.Standard,
        }]))
    {
        AuthenticationServiceName = "monitoring";
        EndpointProvider = new QueryEndpoints();
    }

    public override string RegionEndpointServiceName => "monitoring";

    public override string ServiceVersion => ApiVersion;

    public override string UserAgent => ProductName;

    public override Endpoint DetermineServiceOperationEndpoint(ServiceOperationEndpointParameters parameters) =>
        new(QueryEndpoints.UrlFor(this));
}
