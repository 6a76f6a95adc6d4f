namespace Amazon.CloudWatch.Model;

/// <summary>A name and value that are part of a metric's identity. A metric has at most 30 dimensions.</summary>
public class Dimension
{
    public string? Name { get; set; }

    public string? Value { get; set; }
}
