using Amazon.CloudWatch;
using Amazon.CloudWatch.Model;
using MailResponder.Aws;

namespace MailResponder.Metrics;

/// <summary>
/// Hands metrics to Amazon CloudWatch. A call that fails is not repeated: the next run is a minute away.
/// </summary>
internal sealed class CloudWatch(AwsConnection connection)
    : AwsService<AmazonCloudWatchClient, AmazonCloudWatchConfig>(
        connection, (credentials, config) => new(credentials, config))
{
    /// <summary>For credentials and answer together. Two calls then end before cron starts the next run.</summary>
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(20);

    /// <summary>They count as of the time at which CloudWatch receives them.</summary>
    /// <exception cref="ResponderException">
    /// CloudWatch did not take them; the cause tells whether it may later.
    /// </exception>
    public void Put(string nameSpace, List<MetricDatum> metrics)
    {
        var request = new PutMetricDataRequest { Namespace = nameSpace, MetricData = metrics };
        var failure = new ServiceFailure($"CloudWatch, namespace {nameSpace}", Cause.Metrics,
            Rights: "cloudwatch:PutMetricData for this namespace",
            Named: "metrics.region, metrics.endpoint",
            Unanswered: "if it took the metrics all the same, they are counted twice",
            Refused: "it does not take the metrics; see metrics.namespace, and: responder metrics put --print");
        Call(MaxWait, (client, token) => client.PutMetricDataAsync(request, token), failure.Of);
    }
}
