using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.Runtime.Internal;

namespace Amazon.SimpleEmail.Internal;

/// <summary>Hands the configured address to the pipeline.</summary>
internal sealed class SimpleEmailEndpointResolver : BaseEndpointResolver
{
    protected override EndpointParameters MapEndpointsParameters(IRequestContext requestContext)
    {
        var parameters = new EndpointParameters();
        parameters["Endpoint"] = SimpleEmailEndpoints.UrlFor(requestContext.ClientConfig);
        return parameters;
    }
}
