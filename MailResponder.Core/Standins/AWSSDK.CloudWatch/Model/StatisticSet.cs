namespace Amazon.CloudWatch.Model;

/// <summary>A summary of many values. CloudWatch refuses a set without a sample.</summary>
public class StatisticSet
{
    public double? SampleCount { get; set; }

    public double? Sum { get; set; }

    public double? Minimum { get; set; }

    public double? Maximum { get; set; }
}
