namespace Amazon.CloudWatch.Model;

/// <summary>What one metric has to report: one value, or a set of values in short.</summary>
public class MetricDatum
{
    public string? MetricName { get; set; }

    public List<Dimension>? Dimensions { get; set; }

    public StatisticSet? StatisticValues { get; set; }

    public StandardUnit? Unit { get; set; }

    public double? Value { get; set; }
}
