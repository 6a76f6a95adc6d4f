using Amazon.CloudWatch;

namespace MailResponder.Metrics;

/// <summary>One metric of CloudWatch with the samples of one run.</summary>
internal sealed record Metric(string Name, StandardUnit Unit)
{
    /// <summary>Names and values. They are part of the metric's identity: an alarm has to name the same.</summary>
    public IReadOnlyList<(string Name, string Value)> Dimensions { get; init; } = [];

    public required long Samples { get; init; }

    public required double Sum { get; init; }

    public required double Least { get; init; }

    public required double Most { get; init; }

    /// <summary>One sample.</summary>
    public static Metric Of(string name, StandardUnit unit, double value,
        params IReadOnlyList<(string Name, string Value)> dimensions) =>
        new(name, unit) { Samples = 1, Sum = value, Least = value, Most = value, Dimensions = dimensions };
}
