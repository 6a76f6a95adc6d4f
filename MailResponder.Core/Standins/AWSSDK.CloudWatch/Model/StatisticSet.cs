namespace Amazon.CloudWatch.Model;

/// <summary>Many values in short. CloudWatch takes no set without a sample.</summary>
public class StatisticSet
{
    public double? SampleCount { get; set; }

    public double? Sum { get; set; }

    public double? Minimum { get; set; }

    public double? Maximum { get; set; }
}
