using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Auth;
using Amazon.Runtime.Internal.Transform;

namespace MailResponder.Standins.AwsQuery;

/// <summary>
/// A client of an AWS Query service on the pipeline of AWSSDK.Core, with its credentials, signer, retries and HTTP.
/// Several threads may use it at the same time.
/// </summary>
/// <param name="credentials">The credentials that sign the calls.</param>
/// <param name="config">How to reach the service.</param>
/// <param name="serviceId">The name of the service in the SDK's User-Agent.</param>
public abstract class QueryClient(AWSCredentials credentials, QueryConfig config, string serviceId)
    : AmazonServiceClient(credentials, config)
{
    protected override IServiceMetadata ServiceMetadata { get; } = new QueryMetadata(serviceId);

    protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline)
    {
        pipeline.ReplaceHandler<EndpointResolver>(new QueryEndpoints());
        pipeline.AddHandlerAfter<Marshaller>(new QueryAuthResolver());
        pipeline.ReplaceHandler<HttpHandler<HttpContent>>(new HttpHandler<HttpContent>(new QueryHttp(Config), this));
    }

    /// <summary>Creates the service's own exception for an error.</summary>
    private protected abstract QueryUnmarshaller.ExceptionOf Fault { get; }

    /// <summary>Calls the service.</summary>
    /// <param name="request">The request of the caller.</param>
    /// <param name="form">The same request as a form.</param>
    /// <param name="readField">Reads the current element, if it is a field of the answer.</param>
    private protected Task<T> Call<T>(
        AmazonWebServiceRequest request, QueryForm form, Action<XmlUnmarshallerContext, T> readField,
        CancellationToken cancellationToken) where T : AmazonWebServiceResponse, new() =>
        InvokeAsync<T>(request, new InvokeOptions
        {
            RequestMarshaller = form,
            ResponseUnmarshaller = new QueryUnmarshaller(
                () => new T(), (context, response) => readField(context, (T)response), Fault),
        }, cancellationToken);

    private sealed class QueryMetadata(string serviceId) : IServiceMetadata
    {
        public string ServiceId => serviceId;

        public IDictionary<string, string> OperationNameMapping { get; } = new Dictionary<string, string>();
    }
}
