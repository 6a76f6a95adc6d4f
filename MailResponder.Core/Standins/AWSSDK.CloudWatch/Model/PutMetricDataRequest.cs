using Amazon.Runtime;

namespace Amazon.CloudWatch.Model;

public class PutMetricDataRequest : AmazonWebServiceRequest
{
    public string? Namespace { get; set; }

    public List<MetricDatum>? MetricData { get; set; }
}
