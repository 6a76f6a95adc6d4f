using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Auth;
using Amazon.SimpleEmail.Internal;
using Amazon.SimpleEmail.Model;
using MailResponder.Standins.AwsQuery;

namespace Amazon.SimpleEmail;

/// <summary>
/// Amazon SES, API version 2010-12-01, over the pipeline of AWSSDK.Core: its credentials, signer, retries and HTTP.
/// Safe for use by several threads.
/// </summary>
public class AmazonSimpleEmailServiceClient : AmazonServiceClient
{
    /// <summary>Finds credentials as the SDK does everywhere: environment, profile, container, instance role.</summary>
    public AmazonSimpleEmailServiceClient(AmazonSimpleEmailServiceConfig config) : base(config)
    {
    }

    public AmazonSimpleEmailServiceClient(AWSCredentials credentials, AmazonSimpleEmailServiceConfig config)
        : base(credentials, config)
    {
    }

    protected override IServiceMetadata ServiceMetadata { get; } = new QueryMetadata("SES");

    /// <exception cref="AmazonSimpleEmailServiceException">
    /// Amazon SES refused; a derived type where it names why.
    /// </exception>
    public virtual Task<SendRawEmailResponse> SendRawEmailAsync(
        SendRawEmailRequest request, CancellationToken cancellationToken = default) =>
        InvokeAsync<SendRawEmailResponse>(request, new InvokeOptions
        {
            RequestMarshaller = new SendRawEmailMarshaller(),
            ResponseUnmarshaller = new SendRawEmailUnmarshaller(),
        }, cancellationToken);

    /// <summary>How much the account may send, and how much it has sent.</summary>
    /// <exception cref="AmazonSimpleEmailServiceException">Amazon SES refused.</exception>
    public virtual Task<GetSendQuotaResponse> GetSendQuotaAsync(
        GetSendQuotaRequest request, CancellationToken cancellationToken = default) =>
        InvokeAsync<GetSendQuotaResponse>(request, new InvokeOptions
        {
            RequestMarshaller = new PlainMarshaller("GetSendQuota"),
            ResponseUnmarshaller = new GetSendQuotaUnmarshaller(),
        }, cancellationToken);

    /// <summary>Deliveries, bounces, complaints and rejects of the last two weeks, in steps of 15 minutes.</summary>
    /// <exception cref="AmazonSimpleEmailServiceException">Amazon SES refused.</exception>
    public virtual Task<GetSendStatisticsResponse> GetSendStatisticsAsync(
        GetSendStatisticsRequest request, CancellationToken cancellationToken = default) =>
        InvokeAsync<GetSendStatisticsResponse>(request, new InvokeOptions
        {
            RequestMarshaller = new PlainMarshaller("GetSendStatistics"),
            ResponseUnmarshaller = new GetSendStatisticsUnmarshaller(),
        }, cancellationToken);

    /// <summary>Whether the account's sending is paused in this region.</summary>
    /// <exception cref="AmazonSimpleEmailServiceException">Amazon SES refused.</exception>
    public virtual Task<GetAccountSendingEnabledResponse> GetAccountSendingEnabledAsync(
        GetAccountSendingEnabledRequest request, CancellationToken cancellationToken = default) =>
        InvokeAsync<GetAccountSendingEnabledResponse>(request, new InvokeOptions
        {
            RequestMarshaller = new PlainMarshaller("GetAccountSendingEnabled"),
            ResponseUnmarshaller = new GetAccountSendingEnabledUnmarshaller(),
        }, cancellationToken);

    protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline)
    {
        pipeline.ReplaceHandler<EndpointResolver>(new QueryEndpointResolver());
        pipeline.AddHandlerAfter<Marshaller>(new QueryAuthResolver());
        pipeline.ReplaceHandler<HttpHandler<HttpContent>>(new HttpHandler<HttpContent>(new QueryHttp(Config), this));
    }
}
