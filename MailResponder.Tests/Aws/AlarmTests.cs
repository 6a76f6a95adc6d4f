using System.Data;
using System.Text.Json;
using System.Text.RegularExpressions;
using MailResponder.Canary;
using MailResponder.Files;
using MailResponder.Metrics;

namespace MailResponder.Tests.Aws;

/// <summary>The alarms of aws/autoscaling.yaml: what they read, when they come, and what they do.</summary>
public sealed class AlarmTests
{
    private static readonly Template Template = Template.Shipped;

    private static Dictionary<string, JsonElement> Alarms => Template.Content.GetProperty("Resources")
        .EnumerateObject().Where(resource => Text(resource.Value, "Type") == "AWS::CloudWatch::Alarm")
        .ToDictionary(resource => resource.Name, resource => resource.Value.GetProperty("Properties"));

    [Theory]
    [InlineData("CpuHighAlarm", "AWS/EC2", "CPUUtilization", "GreaterThanThreshold", "70", "UpOnCpu")]
    [InlineData("CpuLowAlarm", "AWS/EC2", "CPUUtilization", "LessThanThreshold", "40", null)]
    [InlineData("DiskHighAlarm", "System/Linux", "DiskSpaceUtilization", "GreaterThanThreshold", "80", "Up")]
    [InlineData("DiskLowAlarm", "System/Linux", "DiskSpaceUtilization", "LessThanThreshold", "50", null)]
    [InlineData("MemoryHighAlarm", "System/Linux", "MemoryUtilization", "GreaterThanThreshold", "80", "Up")]
    [InlineData("MemoryLowAlarm", "System/Linux", "MemoryUtilization", "LessThanThreshold", "50", null)]
    [InlineData("ProcessingTimeHighAlarm", "MailResponder", "processing_time", "GreaterThanThreshold", "10000", null)]
    [InlineData("ProcessingTimeLowAlarm", "MailResponder", "processing_time", "LessThanThreshold", "5000", null)]
    public void Alarm_IsAsPromised(
        string name, string space, string metric, string comparison, string threshold, string? policy)
    {
        var alarm = Template.Properties(name);
        Assert.Equal((space, metric, comparison, "Average"),
            (Text(alarm, "Namespace"), Text(alarm, "MetricName"), Text(alarm, "ComparisonOperator"),
            Text(alarm, "Statistic")));
        Assert.Equal(("60", "2", threshold),
            (Text(alarm, "Period"), Text(alarm, "EvaluationPeriods"), Text(alarm, "Threshold")));
        Assert.Equal(policy is null ? ["AlarmTopic"] : [policy, "AlarmTopic"], Actions(alarm));
    }

    /// <summary>A dead service sends no figures: these two alarms come when theirs are missing.</summary>
    [Theory]
    [InlineData("QueueAlarm", "queue_length", "GreaterThanThreshold", "1000")]
    [InlineData("NoHostAlarm", "HealthyHostCount", "LessThanThreshold", "1")]
    public void Silence_IsReported(string name, string metric, string comparison, string threshold)
    {
        var alarm = Template.Properties(name);
        Assert.Equal((metric, "Maximum", comparison, threshold),
            (Text(alarm, "MetricName"), Text(alarm, "Statistic"), Text(alarm, "ComparisonOperator"),
            Text(alarm, "Threshold")));
        Assert.Equal("breaching", Text(alarm, "TreatMissingData"));
        Assert.Equal(["AlarmTopic"], Actions(alarm));
    }

    [Theory]
    [InlineData(0, 0, false)] // a night without mail
    [InlineData(5, 0, false)]
    [InlineData(6, 0, true)]
    [InlineData(6, 60, false)]
    [InlineData(200, 0, true)]
    [InlineData(200, 1999, true)]
    [InlineData(200, 30_000, false)]
    public void DeferredMail_IsReported(int deferred, int sent, bool comes)
    {
        Assert.Equal(comes, Comes("DeferredAlarm", ("deferred", deferred), ("sent", sent)));
        Assert.Equal(["AlarmTopic"], Actions(Template.Properties("DeferredAlarm")));
        Assert.Equal(["Sum", "Sum"], Seen("DeferredAlarm").Select(metric => Text(metric, "Stat")));
    }

    [Theory]
    [InlineData(39, 49, 49, 99, true)]
    [InlineData(40, 49, 49, 0, false)]
    [InlineData(0, 50, 49, 0, false)]
    [InlineData(0, 49, 50, 0, false)]
    [InlineData(3, 20, 20, 100, false)] // SES is down: nothing to do, and mail waits
    public void Hosts_AreTakenAway_OnlyWhenAllIsLow(int cpu, int disk, int memory, int queue, bool comes)
    {
        Assert.Equal(comes, Comes("AllLowAlarm", ("cpu", cpu), ("disk", disk), ("memory", memory), ("queue", queue)));
        Assert.Equal("AllLowAlarm", Assert.Single(Alarms, alarm => Actions(alarm.Value).Contains("Down")).Key);
        // A missing figure keeps the hosts.
        Assert.Equal("notBreaching", Text(Template.Properties("AllLowAlarm"), "TreatMissingData"));
        string[] others = ["CpuLowAlarm", "DiskLowAlarm", "MemoryLowAlarm", "QueueAlarm"];
        foreach (var (metric, other) in Seen("AllLowAlarm").Zip(others.Select(Template.Properties)))
        {
            foreach (var part in (string[])["Namespace", "MetricName", "Dimensions"])
                Assert.Equal(other.GetProperty(part).ToString(),
                    metric.GetProperty("Metric").GetProperty(part).ToString());
            Assert.Equal(Text(other, "Statistic"), Text(metric, "Stat"));
        }
    }

    /// <summary>
    /// An alarm for a misspelt metric never comes. Without mail, all figures but the processing time are sent; without
    /// them the alarms for missing figures would come each quiet night.
    /// </summary>
    [Fact]
    public void Figures_AreSent_AlsoWithoutMail()
    {
        var host = new HostReading(0, 10, [new DiskUse("/dev/nvme0n1p1", new Space("/", 100, 90))]);
        var sent = CloudWatchMetrics.Of(new Traffic(5, []), host, "responders", null,
            new Dictionary<string, CanaryRecord>(), DateTimeOffset.UtcNow);
        var names = Names("MailResponder", sent.OfMail).Concat(Names("System/Linux", sent.OfHost)).ToHashSet();
        var read = from alarm in Alarms
                   from metric in alarm.Value.TryGetProperty("Metrics", out _)
                       ? Seen(alarm.Key).Select(one => one.GetProperty("Metric")) : [alarm.Value]
                   where !Text(metric, "Namespace").StartsWith("AWS/", StringComparison.Ordinal)
                   select $"{Text(metric, "Namespace")} {Text(metric, "MetricName")} "
                       + string.Join(' ', metric.GetProperty("Dimensions").EnumerateArray()
                       .Select(one => Text(one, "Name")));
        Assert.Equal(["MailResponder processing_time AutoScalingGroupName"], read.Distinct().Except(names));

        static IEnumerable<string> Names(string space, List<Amazon.CloudWatch.Model.MetricDatum> metrics) =>
            metrics.Select(one => $"{space} {one.MetricName} "
                + string.Join(' ', one.Dimensions!.Select(dimension => dimension.Name)));
    }

    /// <summary>Returns whether an alarm with an expression comes with these figures.</summary>
    private static bool Comes(string alarm, params (string Id, int Value)[] figures)
    {
        var expression = Template.Properties(alarm).GetProperty("Metrics")[0].GetProperty("Expression");
        var text = expression.ValueKind == JsonValueKind.String ? expression.GetString()!
            : Regex.Replace(expression.GetProperty("Fn::Sub").GetString()!, @"\$\{(\w+)\}",
                match => Template.Default(match.Groups[1].Value));
        // CloudWatch's IF is the IIF of this class; the operators have the same names.
        foreach (var (id, value) in figures) text = Regex.Replace(text, $@"\b{id}\b", $"{value}");
        using var table = new DataTable();
        return table.Compute(Regex.Replace(text, @"^IF\(", "IIF("), null) is 1;
    }

    /// <summary>Returns the metrics that an alarm with an expression reads.</summary>
    private static IEnumerable<JsonElement> Seen(string alarm) =>
        Template.Properties(alarm).GetProperty("Metrics").EnumerateArray().Skip(1)
            .Select(metric => metric.GetProperty("MetricStat"));

    private static string[] Actions(JsonElement alarm) => [.. alarm.GetProperty("AlarmActions").EnumerateArray()
        .Select(action => action.GetProperty("Ref").GetString()!)];

    private static string Text(JsonElement parent, string name) => Template.Value(parent.GetProperty(name));
}
