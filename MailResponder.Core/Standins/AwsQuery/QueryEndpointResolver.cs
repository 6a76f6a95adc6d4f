using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.Runtime.Internal;

namespace MailResponder.Standins.AwsQuery;

/// <summary>Hands the configured address to the pipeline.</summary>
internal sealed class QueryEndpointResolver : BaseEndpointResolver
{
    protected override EndpointParameters MapEndpointsParameters(IRequestContext requestContext)
    {
        var parameters = new EndpointParameters();
        parameters["Endpoint"] = QueryEndpoints.UrlFor(requestContext.ClientConfig);
        return parameters;
    }
}
