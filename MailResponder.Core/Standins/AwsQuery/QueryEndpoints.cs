using Amazon.Runtime;
using Amazon.Runtime.Endpoints;

namespace MailResponder.Standins.AwsQuery;

/// <summary>The service's address: what the configuration names, else the region's.</summary>
internal sealed class QueryEndpoints : IEndpointProvider
{
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
        new((string?)parameters["Endpoint"] ?? throw new AmazonClientException("No endpoint is configured."));
}
