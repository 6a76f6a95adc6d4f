using Amazon.CloudWatch.Internal;
using Amazon.CloudWatch.Model;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Auth;
using MailResponder.Standins.AwsQuery;

namespace Amazon.CloudWatch;

/// <summary>
/// Amazon CloudWatch, API version 2010-08-01, over the pipeline of AWSSDK.Core: its credentials, signer, retries and
/// HTTP. Safe for use by several threads.
/// </summary>
public class AmazonCloudWatchClient : AmazonServiceClient
{
    /// <summary>Finds credentials as the SDK does everywhere: environment, profile, container, instance role.</summary>
    public AmazonCloudWatchClient(AmazonCloudWatchConfig config) : base(config)
    {
    }

    public AmazonCloudWatchClient(AWSCredentials credentials, AmazonCloudWatchConfig config) : base(credentials, config)
    {
    }

    protected override IServiceMetadata ServiceMetadata { get; } = new QueryMetadata("CloudWatch");

    /// <summary>Hands over at most 1000 metrics of one namespace.</summary>
    /// <exception cref="AmazonCloudWatchException">CloudWatch refused.</exception>
    public virtual Task<PutMetricDataResponse> PutMetricDataAsync(
        PutMetricDataRequest request, CancellationToken cancellationToken = default) =>
        InvokeAsync<PutMetricDataResponse>(request, new InvokeOptions
        {
            RequestMarshaller = new PutMetricDataMarshaller(),
            ResponseUnmarshaller = new PutMetricDataUnmarshaller(),
        }, cancellationToken);

    protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline)
    {
        pipeline.ReplaceHandler<EndpointResolver>(new QueryEndpointResolver());
        pipeline.AddHandlerAfter<Marshaller>(new QueryAuthResolver());
    }
}
