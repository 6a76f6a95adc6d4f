using Amazon.CloudWatch;
using Amazon.CloudWatch.Model;
using MailResponder.Aws;

namespace MailResponder.Metrics;

/// <summary>
/// Sends metrics to Amazon CloudWatch. A failed call is not retried: the next run is a minute away.
/// </summary>
internal sealed class CloudWatch(AwsConnection connection)
    : AwsService<AmazonCloudWatchClient, AmazonCloudWatchConfig>(
        connection, (credentials, config) => new(credentials, config))
{
    /// <summary>
    /// The time limit of a call, credentials included. Two calls then end before cron starts the next run.
    /// </summary>
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(20);

    /// <summary>Sends metrics in one call. CloudWatch dates them with the time at which it receives them.</summary>
    /// <exception cref="ResponderException">
    /// CloudWatch did not accept the metrics. The cause says whether it may accept them later.
    /// </exception>
    public void Put(string nameSpace, List<MetricDatum> metrics)
    {
        var request = new PutMetricDataRequest { Namespace = nameSpace, MetricData = metrics };
        var failure = new ServiceFailure($"CloudWatch, namespace {nameSpace}", Cause.Metrics,
            Rights: "cloudwatch:PutMetricData for this namespace",
            Named: "metrics.region, metrics.endpoint",
            Unanswered: "if it accepted the metrics nevertheless, they are counted twice",
            Refused: "it rejects the metrics; see metrics.namespace, and: responder metrics put --print");
        Call(MaxWait, (client, token) => client.PutMetricDataAsync(request, token), failure.Of);
    }
}
