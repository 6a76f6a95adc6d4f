using System.Globalization;
using System.Text;
using MailResponder.Canary;
using MailResponder.Metrics;
using MailResponder.PostfixLog;
using MailResponder.Tests.Program;
using MailResponder.Tests.Ses;

namespace MailResponder.Tests.Metrics;

/// <summary>Runs `responder metrics put` of the published program against a test double of CloudWatch.</summary>
public sealed class PutTests
{
    [Fact]
    public void RepliesThatProvidersDoNotTake_AreCountedByProvider()
    {
        ProviderOutcomes[] outcomes = [new("gmail.com", 90, 3, 7, 2, 1), new(ProviderOutcomes.Others, 5, 0, 1, 0, 0)];
        var metrics = CloudWatchMetrics.Of(null, new HostReading(null, 1, []), null, outcomes,
            new Dictionary<string, CanaryRecord>(), DateTimeOffset.UtcNow);
        Assert.Equal(
            ["replies_deferred gmail.com 3", "replies_bounced gmail.com 7", "replies_deferred others 0",
                "replies_bounced others 1"],
            metrics.OfMail.Where(metric => metric.MetricName!.StartsWith("replies_", StringComparison.Ordinal))
                .Select(metric => $"{metric.MetricName} {Assert.Single(metric.Dimensions!).Value} "
                    + $"{metric.StatisticValues!.Sum}"));
    }

    [Fact]
    public void Numbers_EqualTheTraffic()
    {
        using var cloudWatch = new CloudWatchDouble();
        using var metadata = new MetadataDouble { AutoScalingGroup = "responders" };
        using var place = new MetricsPlace(cloudWatch);
        place.AssertPut();
        var requesters = new List<RequestMail>();
        var durations = new List<long>();
        void Answer(int count, string address)
        {
            for (var i = 0; i < count; i++)
            {
                requesters.Add(RequestMail.FromSomebodyNew());
                durations.Add(place.Answer(requesters[^1], "--recipient", address));
            }
        }

        Answer(6, "get@example.com"); // two replies each
        Answer(5, "links@example.com");
        Answer(4, "fa@example.com"); // fewer than five, which wait for the fifth
        place.Answer(RequestMail.FromSomebodyNew(), "--sender", ""); // skipped
        place.Answer(RequestMail.FromSomebodyNew(), "--recipient", "nobody@example.com");
        File.Delete(place.Place.PathTo("files/tools/tool.zip"));
        Answer(1, "get@example.com"); // one reply is sent, the other is deferred
        var calls = cloudWatch.Calls.Count;

        var run = place.PutUnder(("AWS_EC2_METADATA_SERVICE_ENDPOINT", metadata.Url));

        Assert.True(run.ExitCode == 0, run.Errors);
        Assert.Empty(cloudWatch.SignatureFaults);
        Assert.Equal(2, cloudWatch.Calls.Count - calls);
        Assert.All(cloudWatch.Calls, call =>
            Assert.Equal(("PutMetricData", "2010-08-01"), (call["Action"], call["Version"])));
        const string group = "AutoScalingGroupName=responders";
        Assert.Equal(
        [
            $"processing_time Milliseconds {durations.Count}/{durations.Sum()}/{durations.Min()}/{durations.Max()} "
            + $"{group}",
            $"response_sent Count 1/{12 + 5 + 4 + 1}/22/22 {group}",
            $"deferred Count 1/1/1/1 {group}",
            "response_sent Count 1/10/10/10 Address=get@example.com",
            "response_sent Count 1/5/5/5 Address=links@example.com",
        ], cloudWatch.OfMail.Where(words =>
            words.Contains('=') && !words.StartsWith("queue_length", StringComparison.Ordinal)));
        var sent = string.Concat(cloudWatch.Calls.Select(call => Encoding.ASCII.GetString(call.Body)));
        Assert.All(requesters, request =>
            Assert.DoesNotContain(request.From.Split('@')[0], sent, StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain("freemail", sent + File.ReadAllText(place.Place.PathTo("state/cloudwatch.json")),
            StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void HostMetrics_HaveTheDimensionsOfTheAlarms()
    {
        using var cloudWatch = new CloudWatchDouble();
        using var metadata = new MetadataDouble { AutoScalingGroup = "responders" };
        using var place = new MetricsPlace(cloudWatch);
        Assert.Equal(0, place.PutUnder(("AWS_EC2_METADATA_SERVICE_ENDPOINT", metadata.Url)).ExitCode);

        // The output of df(1) for /, which rounds up to whole percents.
        var df = Host.ToolRun.Of("df", "--output=pcent", "/").AssertDone().Split('\n')[1].Trim(' ', '%');
        var disk = Assert.Single(cloudWatch.Taking, words =>
            words.StartsWith("System/Linux DiskSpaceUtilization Percent 1/", StringComparison.Ordinal)
            && words.EndsWith(" MountPath=/", StringComparison.Ordinal));
        Assert.Matches("AutoScalingGroupName=responders Filesystem=[^ ]+ MountPath=/$", disk);
        Assert.InRange(ValueOf(disk), double.Parse(df, CultureInfo.InvariantCulture) - 2,
            double.Parse(df, CultureInfo.InvariantCulture) + 1);
        var memory = Assert.Single(cloudWatch.Taking, words =>
            words.StartsWith("System/Linux MemoryUtilization Percent 1/", StringComparison.Ordinal));
        Assert.EndsWith(" AutoScalingGroupName=responders", memory, StringComparison.Ordinal);
        Assert.InRange(ValueOf(memory), 0.1, 99.9);
        Assert.DoesNotContain(cloudWatch.Taking, words => words.Contains("InstanceId", StringComparison.Ordinal));
        Assert.Contains("\"auto_scaling_group\": \"responders\"",
            File.ReadAllText(place.Place.PathTo("state/cloudwatch.json")), StringComparison.Ordinal);
    }

    [Fact]
    public void GroupThatIsUnknown_IsLeftOut_AndTheLastKnownKeptWhileTheInstanceIsSilent()
    {
        using var cloudWatch = new CloudWatchDouble();
        using var metadata = new MetadataDouble();
        using var place = new MetricsPlace(cloudWatch);
        Assert.Equal(0, place.PutUnder(("AWS_EC2_METADATA_SERVICE_ENDPOINT", metadata.Url)).ExitCode);
        Assert.Contains("GET /latest/meta-data/tags/instance/aws:autoscaling:groupName", metadata.Paths);
        Assert.DoesNotContain(cloudWatch.Taking, words =>
            words.Contains("AutoScalingGroupName", StringComparison.Ordinal));
        Assert.Contains("\"auto_scaling_group\": null",
            File.ReadAllText(place.Place.PathTo("state/cloudwatch.json")), StringComparison.Ordinal);

        metadata.AutoScalingGroup = "responders";
        Assert.Equal(0, place.PutUnder(("AWS_EC2_METADATA_SERVICE_ENDPOINT", metadata.Url)).ExitCode);
        var before = cloudWatch.Taking.Count;
        Assert.Equal(0, place.PutUnder(("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1")).ExitCode);
        Assert.Contains("deferred Count 1/0/0/0 AutoScalingGroupName=responders",
            cloudWatch.Taking.Skip(before).Select(words => words.Split(' ', 2)[1]));
    }

    [Fact]
    public void Queue_IsCounted()
    {
        using var cloudWatch = new CloudWatchDouble();
        using var place = new MetricsPlace(cloudWatch);
        using var folder = new TemporaryFolder();
        folder.Write("main.cf", $"queue_directory = {folder.PathTo("queue")}\n");
        foreach (var name in (string[])["active/A1", "deferred/B/B1", "deferred/B/B2", "incoming/C1", "maildrop/D1",
            "corrupt/E1", "defer/B/B1"])
            folder.Write("queue/" + name, "");
        Assert.Equal(0, place.PutUnder(("MAIL_CONFIG", folder.Path)).ExitCode);
        Assert.Contains("queue_length Count 1/5/5/5", cloudWatch.OfMail);
    }

    [Fact]
    public void FirstRun_StartsAtTheEnd()
    {
        using var cloudWatch = new CloudWatchDouble();
        using var place = new MetricsPlace(cloudWatch);
        place.Replied(7);
        place.AssertPut();
        Assert.Contains("response_sent Count 1/0/0/0", cloudWatch.OfMail);
        Assert.DoesNotContain(cloudWatch.OfMail, words =>
            words.StartsWith("processing_time", StringComparison.Ordinal));
    }

    [Fact]
    public void Print_SendsAndChangesNothing()
    {
        using var cloudWatch = new CloudWatchDouble();
        using var place = new MetricsPlace(cloudWatch);
        place.AssertPut();
        var (calls, state) = (cloudWatch.Calls.Count, File.ReadAllText(place.Place.PathTo("state/cloudwatch.json")));
        place.Replied(6);
        for (var i = 0; i < 2; i++)
        {
            var run = place.Put("--print");
            Assert.True(run.ExitCode == 0, run.Errors);
            Assert.Contains("MailResponder processing_time Milliseconds samples=6 sum=42 min=7 max=7\n", run.OutputText,
                StringComparison.Ordinal);
            Assert.Contains("MailResponder response_sent Count samples=1 sum=5 min=5 max=5 Address=get@example.com\n",
                run.OutputText, StringComparison.Ordinal);
            Assert.Matches("System/Linux DiskSpaceUtilization Percent samples=1 sum=[0-9.]+ .* MountPath=/\n",
                run.OutputText);
        }

        Assert.Equal((calls, state), (
            cloudWatch.Calls.Count, File.ReadAllText(place.Place.PathTo("state/cloudwatch.json"))));
    }

    [Fact]
    public void HostWithoutCloudWatch_IsSilent()
    {
        using var place = new MetricsPlace(null);
        place.AssertPut();
        place.Place.Settings.Remove("metrics");
        place.Place.Write();
        place.AssertPut();
        Assert.False(Directory.Exists(place.Place.PathTo("state")));
        Assert.Contains("metrics.region is not set", place.Put("--print").OutputText, StringComparison.Ordinal);
    }

    private static double ValueOf(string words) =>
        double.Parse(words.Split(' ')[3].Split('/')[1], CultureInfo.InvariantCulture);
}
