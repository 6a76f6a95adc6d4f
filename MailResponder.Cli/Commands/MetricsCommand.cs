using System.CommandLine;
using Amazon.CloudWatch.Model;
using MailResponder.Aws;
using MailResponder.Canary;
using MailResponder.Metrics;
using MailResponder.PostfixLog;
using MailResponder.Settings;

namespace MailResponder.Cli;

/// <summary>`responder metrics …`: reports metrics. Cron runs it every minute. It never delays a message.</summary>
internal sealed class MetricsCommand : Command
{
    public MetricsCommand() : base("metrics", "Metrics since the last run, for monitoring and autoscaling")
    {
        Add(Put());
        Add(Prometheus());
    }

    private static Command Put()
    {
        var print = CommandLine.Switch("--print", "Print the metrics instead of sending them, and change nothing");
        const string description = "Send metrics to Amazon CloudWatch; do nothing if metrics.region is not set";
        return CommandLine.Subcommand("put", description, result =>
        {
            var settings = SettingsPath.Load(result);
            var metrics = settings.Metrics ?? new MetricsSettings();
            var log = result.GetValue(CommandLine.LogOption)!;
            if (result.GetValue(print))
                Show(settings, metrics, log);
            else if (metrics.CloudWatch is { } connection)
                Send(settings, metrics, connection, log);
            return ExitCode.Ok;
        }, print, CommandLine.LogOption);
    }

    private static Command Prometheus()
    {
        var output = CommandLine.TextOption(
            "--output", "FILE", "Write to this file, replacing it atomically [default: standard output]");
        return CommandLine.Subcommand("prometheus", "Print metrics for node_exporter's textfile collector", result =>
        {
            var settings = SettingsPath.Load(result);
            var metrics = settings.Metrics ?? new MetricsSettings();
            using var run = MetricsRun.Begin(metrics.State, "prometheus.json", result.GetValue(CommandLine.LogOption)!);
            run.Totals.Add(run.Traffic, metrics.Threshold);
            var keep = run.Prepare();
            var text = PrometheusText.Of(
                run.Totals, run.Host, Outcomes(settings.PostfixLog, metrics.Threshold), Canaries(settings));
            OutputFile.Write(result.GetValue(output), text);
            keep();
            return ExitCode.Ok;
        }, output, CommandLine.LogOption);
    }

    private static void Send(
        ResponderSettings settings, MetricsSettings metrics, AwsConnection connection, string log)
    {
        using var run = MetricsRun.Begin(metrics.State, "cloudwatch.json", log);
        var all = All(run, metrics, settings);
        var cloudWatch = new CloudWatch(connection);
        var keep = run.Prepare();
        cloudWatch.Put(metrics.Namespace, all.OfMail);
        // The counts are delivered, so save the position in the log. If the host's values then fail to be delivered,
        // nothing is lost: the next run sends current ones.
        keep();
        cloudWatch.Put(CloudWatchMetrics.HostNamespace, all.OfHost);
    }

    private static CloudWatchMetrics All(MetricsRun run, MetricsSettings metrics, ResponderSettings settings) =>
        CloudWatchMetrics.Of(run.Traffic, run.Host, run.Group, metrics.Threshold,
            Outcomes(settings.PostfixLog, metrics.Threshold), Canaries(settings), TimeProvider.System.GetUtcNow());

    private static void Show(ResponderSettings settings, MetricsSettings metrics, string log)
    {
        using var run = MetricsRun.Look(metrics.State, "cloudwatch.json", log);
        var all = All(run, metrics, settings);
        Show(metrics.Namespace, all.OfMail);
        Show(CloudWatchMetrics.HostNamespace, all.OfHost);
        if (run.Group is null)
            Console.Out.WriteLine("the Auto Scaling group is unknown: metrics have no AutoScalingGroupName");
        if (metrics.CloudWatch is null)
            Console.Out.WriteLine("metrics.region is not set: responder metrics put sends nothing");
    }

    private static void Show(string nameSpace, List<MetricDatum> metrics)
    {
        foreach (var metric in metrics)
        {
            var samples = metric.StatisticValues!;
            Console.Out.WriteLine(
                $"{nameSpace} {metric.MetricName} {metric.Unit!.Value} samples={samples.SampleCount} "
                + $"sum={samples.Sum} min={samples.Minimum} max={samples.Maximum}"
                + string.Concat(metric.Dimensions!.Select(dimension => $" {dimension.Name}={dimension.Value}")));
        }
    }

    /// <summary>
    /// Returns the outcomes of the last 24 hours. Null if `responder postfix-log` has stored nothing or its database
    /// cannot be read. That command reports its own failures.
    /// </summary>
    private static IReadOnlyList<ProviderOutcomes>? Outcomes(PostfixLogSettings log, int threshold)
    {
        var now = TimeProvider.System.GetUtcNow();
        return ResponderException.OrNull(
            () => PostfixLogDatabase.Summarise(log.Database, now.AddDays(-1), now, threshold)?.Outcomes);
    }

    /// <summary>Reads the canary records. Empty if they cannot be read, which `responder doctor` reports.</summary>
    private static Dictionary<string, CanaryRecord> Canaries(ResponderSettings settings) =>
        ResponderException.OrNull(() => CanaryRecord.Load(settings)) ?? [];
}
