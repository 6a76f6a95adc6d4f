using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.Runtime.Internal;

namespace MailResponder.Standins.AwsQuery;

/// <summary>
/// Passes the address of the service to the pipeline: the one in the configuration, otherwise the one of the region.
/// </summary>
internal sealed class QueryEndpoints : BaseEndpointResolver, IEndpointProvider
{
    private const string Parameter = "Endpoint";

    public static string UrlFor(IClientConfig config)
    {
        if (!string.IsNullOrEmpty(config.ServiceURL))
            return config.ServiceURL;
        var region = config.RegionEndpoint
            ?? throw new AmazonClientException("Neither a region nor a ServiceURL is configured.");
        var fips = config.UseFIPSEndpoint ? "-fips" : "";
        return $"https://{config.RegionEndpointServiceName}{fips}.{region.SystemName}.{region.PartitionDnsSuffix}/";
    }

    public Endpoint ResolveEndpoint(EndpointParameters parameters) =>
        new((string?)parameters[Parameter] ?? throw new AmazonClientException("No endpoint is configured."));

    protected override EndpointParameters MapEndpointsParameters(IRequestContext requestContext)
    {
        var parameters = new EndpointParameters();
        parameters[Parameter] = UrlFor(requestContext.ClientConfig);
        return parameters;
    }
}
