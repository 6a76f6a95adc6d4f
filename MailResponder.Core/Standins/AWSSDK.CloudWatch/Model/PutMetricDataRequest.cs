namespace Amazon.CloudWatch.Model;

public class PutMetricDataRequest : AmazonCloudWatchRequest
{
    public string? Namespace { get; set; }

    public List<MetricDatum>? MetricData { get; set; }
}
