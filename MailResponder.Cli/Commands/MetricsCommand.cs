using Amazon.CloudWatch.Model;
using MailResponder.Aws;
using MailResponder.Canary;
using MailResponder.Metrics;
using MailResponder.PostfixLog;

namespace MailResponder.Cli;

/// <summary>`responder metrics …`: reports metrics. Cron runs it every minute. It never delays a message.</summary>
internal static class MetricsCommand
{
    private const string CloudWatchState = "cloudwatch.json";

    public static Command New() =>
        new("metrics", "Metrics since the last run, for monitoring and autoscaling") { Put(), Prometheus() };

    private static Command Put()
    {
        var print = CommandLine.Switch("--print", "Print the metrics instead of sending them, and change nothing");
        const string description = "Send metrics to Amazon CloudWatch; do nothing if metrics.region is not set";
        return CommandLine.New("put", description, result =>
        {
            var settings = SettingsPath.Load(result);
            var metrics = settings.Metrics ?? new MetricsSettings();
            var log = result.GetValue(CommandLine.LogOption)!;
            if (!result.GetValue(print))
            {
                if (metrics.CloudWatch is { } connection)
                    Deliver(settings, metrics, () => MetricsRun.Begin(metrics, CloudWatchState, log),
                        new CloudWatch(connection).Put);
                return ExitCode.Ok;
            }

            if (Deliver(settings, metrics, () => MetricsRun.Look(metrics, CloudWatchState, log), Show) is null)
                Console.Out.WriteLine("the Auto Scaling group is unknown: metrics have no AutoScalingGroupName");
            if (metrics.CloudWatch is null)
                Console.Out.WriteLine("metrics.region is not set: responder metrics put sends nothing");
            return ExitCode.Ok;
        }, print, CommandLine.LogOption);
    }

    private static Command Prometheus()
    {
        var output = CommandLine.TextOption(
            "--output", "FILE", "Write to this file, replacing it atomically [default: standard output]");
        return CommandLine.New("prometheus", "Print metrics for node_exporter's textfile collector", result =>
        {
            var settings = SettingsPath.Load(result);
            var metrics = settings.Metrics ?? new MetricsSettings();
            using var run = MetricsRun.Begin(metrics, "prometheus.json", result.GetValue(CommandLine.LogOption)!);
            run.Totals.Add(run.Traffic);
            var text = PrometheusText.Of(
                run.Totals, HostReading.Now(), Outcomes(settings.PostfixLog, metrics.Threshold), Canaries(settings));
            var keep = () => { };
            try
            {
                keep = run.Prepare();
            }
            finally
            {
                // A full disk must not hide itself. The totals are right: the next run counts the same lines again.
                OutputFile.Write(result.GetValue(output), text);
            }

            keep();
            return ExitCode.Ok;
        }, output, CommandLine.LogOption);
    }

    /// <summary>
    /// Delivers the metrics. If the messages cannot be counted, or the state cannot be kept, delivers all others: the
    /// alarms for a full disk must work then too. Returns the Auto Scaling group.
    /// </summary>
    private static string? Deliver(ResponderSettings settings, MetricsSettings metrics, Func<MetricsRun> begin,
        Action<string, List<MetricDatum>> put)
    {
        MetricsRun? run = null;
        Action? keep = null;
        string? group = null;
        ResponderException? problem = null;
        try
        {
            run = begin();
            group = run.Group;
            keep = run.Prepare();
        }
        catch (ResponderException exception)
        {
            problem = exception;
            group ??= HostReading.AutoScalingGroup(known: null);
        }

        using (run)
        {
            var all = CloudWatchMetrics.Of(keep is null ? null : run!.Traffic, HostReading.Now(), group,
                Outcomes(settings.PostfixLog, metrics.Threshold), Canaries(settings), TimeProvider.System.GetUtcNow());
            try
            {
                put(CloudWatchMetrics.HostNamespace, all.OfHost);
            }
            finally
            {
                if (all.OfMail.Count > 0)
                    put(metrics.Namespace, all.OfMail);
                // Count no message twice, even if the host's values failed to be delivered.
                keep?.Invoke();
            }
        }

        return problem is null ? group : throw problem;
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
    /// Returns the outcomes of 24 hours. Null if `responder postfix-log` has not counted them within the last hour.
    /// That command reports its own failures.
    /// </summary>
    private static IReadOnlyList<ProviderOutcomes>? Outcomes(PostfixLogSettings log, int threshold) =>
        ResponderException.OrNull(
            () => LastOutcomes.Load(log.Database, TimeProvider.System.GetUtcNow(), threshold));

    /// <summary>Reads the canary records. Empty if they cannot be read, which `responder doctor` reports.</summary>
    private static Dictionary<string, CanaryRecord> Canaries(ResponderSettings settings) =>
        ResponderException.OrNull(() => CanaryRecord.Load(settings)) ?? [];
}
