namespace Amazon.CloudWatch.Model;

/// <summary>The data of one metric: one value, or a summary of many values.</summary>
public class MetricDatum
{
    public string? MetricName { get; set; }

    public List<Dimension>? Dimensions { get; set; }

    public StatisticSet? StatisticValues { get; set; }

    public StandardUnit? Unit { get; set; }

    public double? Value { get; set; }
}
