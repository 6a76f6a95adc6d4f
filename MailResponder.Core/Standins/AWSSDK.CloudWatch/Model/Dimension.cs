namespace Amazon.CloudWatch.Model;

/// <summary>A name and value that are part of a metric's identity; a metric has at most 30.</summary>
public class Dimension
{
    public string? Name { get; set; }

    public string? Value { get; set; }
}
