using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.Runtime.Internal;
using Amazon.Util.Internal;

namespace MailResponder.Standins.AwsQuery;

/// <summary>How to reach a service. Set the region, or a ServiceURL with an AuthenticationRegion.</summary>
/// <remarks>Calls are signed for <c>service</c>, and go to <c>host</c>.</remarks>
public abstract class QueryConfig : ClientConfig
{
    private readonly string _host, _version, _userAgent;

    private protected QueryConfig(string service, string host, string version, string product)
        : base(new DefaultConfigurationProvider([new DefaultConfiguration
        {
            Name = DefaultConfigurationMode.Standard,
            RetryMode = RequestRetryMode.Standard,
        }]))
    {
        (_host, _version) = (host, version);
        _userAgent = InternalSDKUtils.BuildUserAgentString(product, "4.0");
        AuthenticationServiceName = service;
        EndpointProvider = new QueryEndpoints();
    }

    public override string RegionEndpointServiceName => _host;

    public override string ServiceVersion => _version;

    public override string UserAgent => _userAgent;

    public override Endpoint DetermineServiceOperationEndpoint(ServiceOperationEndpointParameters parameters) =>
        new(QueryEndpoints.UrlFor(this));
}
