using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Auth;
using Amazon.Runtime.Internal.Transform;

namespace MailResponder.Standins.AwsQuery;

/// <summary>
/// A client of an AWS Query service over the pipeline of AWSSDK.Core: its credentials, signer, retries and HTTP. Safe
/// for use by several threads.
/// </summary>
/// <param name="credentials">Whose calls they are.</param>
/// <param name="config">Where the service is.</param>
/// <param name="serviceId">The service, as the SDK names it in its User-Agent.</param>
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

    /// <summary>Makes the exception that the service has for an error.</summary>
    private protected abstract QueryUnmarshaller.ExceptionOf Fault { get; }

    /// <summary>Calls the service.</summary>
    /// <param name="request">What the caller asked for.</param>
    /// <param name="form">The same as a form.</param>
    /// <param name="readField">Takes the element at which the reader stands, when it is a field of the answer.</param>
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
