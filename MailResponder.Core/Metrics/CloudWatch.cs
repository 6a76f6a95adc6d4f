using Amazon.CloudWatch;
using Amazon.CloudWatch.Model;
using MailResponder.Aws;

namespace MailResponder.Metrics;

/// <summary>
/// Hands metrics to Amazon CloudWatch. A call that fails is not repeated: the next run is a minute away.
/// </summary>
internal sealed class CloudWatch(AwsConnection connection)
{
    /// <summary>For credentials and answer together. Two calls then end before cron starts the next run.</summary>
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(20);
    private Task<AmazonCloudWatchClient>? _client;

    /// <summary>They count as of the time at which CloudWatch receives them.</summary>
    /// <exception cref="ResponderException">
    /// CloudWatch did not take them; the cause tells whether it may later.
    /// </exception>
    public void Put(string nameSpace, List<MetricDatum> metrics)
    {
        var request = new PutMetricDataRequest { Namespace = nameSpace, MetricData = metrics };
        using var cancellation = new CancellationTokenSource(MaxWait);
        try
        {
            // The wait needs a bound of its own, because parts of the SDK ignore the token.
            Run(cancellation.Token).WaitAsync(cancellation.Token).GetAwaiter().GetResult();
        }
        catch (Exception exception) when (exception is not ResponderException)
        {
            throw Failure(nameSpace).Of(exception);
        }

        async Task Run(CancellationToken token)
        {
            _client ??= Connect();
            await (await _client.ConfigureAwait(false)).PutMetricDataAsync(request, token).ConfigureAwait(false);
        }
    }

    private static ServiceFailure Failure(string nameSpace) =>
        new($"CloudWatch, namespace {nameSpace}", Cause.Metrics)
        {
            Rights = "cloudwatch:PutMetricData for this namespace",
            Named = "metrics.region, metrics.endpoint",
            Unanswered = "if it took the metrics all the same, they are counted twice",
            Refused = "it does not take the metrics; see metrics.namespace, and: responder metrics put --print",
        };

    private async Task<AmazonCloudWatchClient> Connect()
    {
        var config = new AmazonCloudWatchConfig();
        connection.Configure(config);
        return new AmazonCloudWatchClient(await connection.Credentials(config).ConfigureAwait(false), config);
    }
}
