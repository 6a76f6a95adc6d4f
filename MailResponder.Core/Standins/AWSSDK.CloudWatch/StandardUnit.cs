using Amazon.Runtime;

namespace Amazon.CloudWatch;

/// <summary>The unit of a metric. CloudWatch has more units than these.</summary>
public class StandardUnit : ConstantClass
{
    public static readonly StandardUnit Count = new("Count");
    public static readonly StandardUnit Seconds = new("Seconds");

    public static readonly StandardUnit Milliseconds = new("Milliseconds");
    public static readonly StandardUnit Percent = new("Percent");

    public StandardUnit(string value) : base(value)
    {
    }
}
