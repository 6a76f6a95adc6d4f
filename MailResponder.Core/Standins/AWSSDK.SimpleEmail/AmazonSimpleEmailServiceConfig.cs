using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.Runtime.Internal;
using Amazon.Util.Internal;
using MailResponder.Standins.AwsQuery;

namespace Amazon.SimpleEmail;

/// <summary>
/// Where Amazon SES is reached, and how. Set the region, or a ServiceURL with an AuthenticationRegion.
/// </summary>
public class AmazonSimpleEmailServiceConfig : ClientConfig
{
    internal const string ApiVersion = "2010-12-01";

    private static readonly string ProductName = InternalSDKUtils.BuildUserAgentString("SimpleEmail", "4.0");

    public AmazonSimpleEmailServiceConfig()
        : base(new DefaultConfigurationProvider([new DefaultConfiguration
        {
            Name = DefaultConfigurationMode.Standard,
            RetryMode = RequestRetryMode.Standard,
        }]))
    {
        // Requests go to email.REGION.amazonaws.com, but are signed for "ses".
        AuthenticationServiceName = "ses";
        EndpointProvider = new QueryEndpoints();
    }

    public override string RegionEndpointServiceName => "email";

    public override string ServiceVersion => ApiVersion;

    public override string UserAgent => ProductName;

    public override Endpoint DetermineServiceOperationEndpoint(ServiceOperationEndpointParameters parameters) =>
        new(QueryEndpoints.UrlFor(this));
}
