using System.Text.RegularExpressions;
using MailResponder.Files;
using MailResponder.Tests.Program;
using MailResponder.Tests.Ses;

namespace MailResponder.Tests.Metrics;

/// <summary>
/// CloudWatch, the log or the state is unavailable or broken: one clear line is printed, and nothing is lost or counted
/// twice.
/// </summary>
public sealed class PutFaultTests
{
    public static TheoryData<string, int, string> Refusals => new()
    {
        { "Throttling", 75, "it throttles requests" },
        { "InternalFailure", 75, "it failed with InternalFailure" },
        { "AccessDenied", 69, "needs cloudwatch:PutMetricData" },
        { "InvalidClientTokenId", 69, "does not know the access key" },
        { "InvalidParameterValue", 69, "see metrics.namespace" },
        { "SomethingNew", 69, "it answered SomethingNew" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void RefusedPut_IsCountedByTheNext(string code, int exitCode, string expected)
    {
        var isAway = false;
        using var cloudWatch = new CloudWatchDouble(_ => isAway
            ? SesAnswer.Error(code == "InternalFailure" ? 500 : 400, code, "arn:aws:iam::123456789012:user/somebody")
                : null);
        using var place = new MetricsPlace(cloudWatch);
        place.AssertPut();
        place.Replied(6);
        isAway = true;
        AssertFails(place.Put(), exitCode, expected);
        AssertFails(place.Put(), exitCode, expected);
        isAway = false;
        place.Replied(1);
        place.AssertPut();
        place.AssertPut();
        AssertSum(cloudWatch, 7);
    }

    public static TheoryData<string, string> Breaks => new()
    {
        { "cut", "cut" }, { "stall", "no answer in time" }, { "rubbish", "HTTP 404" },
            { "closed", "cannot be reached" },
    };

    [Theory]
    [MemberData(nameof(Breaks))]
    public void BrokenConnection_IsCountedByTheNext(string how, string expected)
    {
        SesAnswer? answer = null;
        using var cloudWatch = new CloudWatchDouble(_ => answer);
        using var place = new MetricsPlace(cloudWatch);
        place.AssertPut();
        place.Replied(6);
        if (how == "closed")
        {
            place.Place.Settings["metrics"]!["endpoint"] = "http://127.0.0.1:1/";
            place.Place.Write();
        }

        answer = how switch
        {
            "cut" => SesAnswer.CutBeforeRequest,
            "stall" => SesAnswer.Stall,
            "rubbish" => SesAnswer.Http(404, "text/html", "<p>Oops<br>"),
            _ => null,
        };
        AssertFails(place.Put(), how == "rubbish" ? 69 : 75, expected);
        answer = null;
        place.Place.Settings["metrics"]!["endpoint"] = cloudWatch.Url;
        place.Place.Write();
        place.AssertPut();
        AssertSum(cloudWatch, 6);
    }

    [Fact]
    public void RefusedHostMetrics_AreNoReasonToCountMailTwice()
    {
        using var cloudWatch = new CloudWatchDouble(
            number => number == 3 ? SesAnswer.Error(400, "AccessDenied", "x") : null);
        using var place = new MetricsPlace(cloudWatch);
        place.AssertPut();
        place.Replied(6);
        AssertFails(place.Put(), 69, "namespace System/Linux");
        place.AssertPut();
        AssertSum(cloudWatch, 6);
    }

    [Fact]
    public void TwoAtOnce_CountOnce()
    {
        using var cloudWatch = new CloudWatchDouble();
        using var place = new MetricsPlace(cloudWatch);
        place.AssertPut();
        place.Replied(600);
        var running = Enumerable.Range(0, 4).Select(_ => ResponderProcess.Start(
            ResponderProcess.Plainly, "metrics", "put", "--log", place.Log, "--settings", place.Place.SettingsFile))
            .ToList();
        foreach (var one in running)
        {
            using (one) Assert.Equal(0, one.Finish().ExitCode);
        }

        AssertSum(cloudWatch, 600);
    }

    [Fact]
    public void LockThatIsHeld_EndsTheRunInTime()
    {
        using var cloudWatch = new CloudWatchDouble();
        using var place = new MetricsPlace(cloudWatch);
        place.AssertPut();
        using var held = FileTurn.TryTake(place.Place.PathTo("state/cloudwatch.json.lock"));
        AssertFails(place.Put(), 75, "another run has held");
    }

    /// <summary>An alarm for a full disk must get its figure while the disk is full.</summary>
    [Fact]
    public void StateThatCannotBeWritten_KeepsOnlyTheCountsBack()
    {
        using var cloudWatch = new CloudWatchDouble();
        using var place = new MetricsPlace(cloudWatch);
        place.AssertPut();
        place.Replied(6);
        var before = cloudWatch.Taking.Count;
        // The disk is so full that only the new state finds no space.
        var script =
            $"mount -t tmpfs -o size=4k,nr_inodes=8 state '{place.Place.PathTo("state")}'; head -c 4096 /dev/zero "
            + $">'{place.Place.PathTo("state/full")}'; ";
        var run = ResponderProcess.Run(
            $"unshare --mount sh -c '{script.Replace("'", "'\\''", StringComparison.Ordinal)} exec \"$@\"' sh \"$@\"",
            [], "metrics", "put", "--log", place.Log, "--settings", place.Place.SettingsFile);
        AssertFails(run, 73, "the disk is full");
        AssertGaugesOnly(cloudWatch.Taking.Skip(before));
        place.AssertPut();
        AssertSum(cloudWatch, 6);
    }

    [Fact]
    public void BrokenState_StartsAtTheEnd()
    {
        using var cloudWatch = new CloudWatchDouble();
        using var place = new MetricsPlace(cloudWatch);
        place.Replied(3);
        Directory.CreateDirectory(place.Place.PathTo("state"));
        var state = place.Place.PathTo("state/cloudwatch.json");
        place.AssertPut();
        var whole = File.ReadAllText(state);
        Assert.Contains("\"count\": 0", whole, StringComparison.Ordinal);
        string[] damages = ["", "{", "[]", "null", "{}", "\0", whole[..^3],
            Regex.Replace(whole, "\"offset\": \\d+", "\"offset\": -1"),
            Regex.Replace(whole, "\"until\": \"[^\"]*", "\"until\": \"tomorrow"),
            Regex.Replace(whole, "\"head\": \"[^\"]*\"", "\"head\": null"),
            Regex.Replace(whole, "(?s)\"buckets\": .*?\\]", "\"buckets\": [1, 2]"),
            Regex.Replace(whole, "\"replies\": \\{\\}", "\"replies\": null")];
        Assert.Distinct(damages.Append(whole));
        foreach (var broken in damages)
        {
            File.WriteAllText(state, broken);
            place.AssertPut();
        }

        AssertSum(cloudWatch, 0);
        place.Replied(2);
        place.AssertPut();
        AssertSum(cloudWatch, 2);
    }

    [Fact]
    public void LogThatMayNotBeRead_IsNamed()
    {
        using var cloudWatch = new CloudWatchDouble();
        using var place = new MetricsPlace(cloudWatch);
        Directory.CreateDirectory(place.Place.PathTo("folder"));
        AssertFails(place.Place.Command("metrics", "put", "--log", place.Place.PathTo("folder")), 66,
            place.Place.PathTo("folder"));
        AssertGaugesOnly(cloudWatch.Taking);
        var print = place.Place.Command("metrics", "put", "--print", "--log", place.Place.PathTo("folder"));
        Assert.Equal(66, print.ExitCode);
        Assert.Contains("DiskSpaceUtilization", print.OutputText, StringComparison.Ordinal);
    }

    [Fact]
    public void StateThatCannotBeRead_KeepsOnlyTheCountsBack()
    {
        using var cloudWatch = new CloudWatchDouble();
        using var place = new MetricsPlace(cloudWatch);
        Directory.CreateDirectory(place.Place.PathTo("state/cloudwatch.json"));
        AssertFails(place.Put(), 73, "cloudwatch.json");
        AssertGaugesOnly(cloudWatch.Taking);
    }

    private static void AssertGaugesOnly(IEnumerable<string> taken)
    {
        Assert.Contains(taken, words => words.Contains(" DiskSpaceUtilization ", StringComparison.Ordinal));
        Assert.DoesNotContain(taken, words => words.Contains("response_sent", StringComparison.Ordinal)
            || words.Contains(" deferred ", StringComparison.Ordinal));
    }

    private static void AssertFails(ProgramRun run, int exitCode, string expected)
    {
        Assert.True(run.ExitCode == exitCode, $"exit {run.ExitCode}: {run.Errors}");
        Assert.Contains(expected, run.Errors, StringComparison.Ordinal);
        Assert.Equal(run.Errors.Length - 1, run.Errors.IndexOf('\n', StringComparison.Ordinal));
        Assert.DoesNotContain("somebody", run.Errors, StringComparison.Ordinal);
        Assert.Equal("", run.OutputText);
    }

    private static void AssertSum(CloudWatchDouble cloudWatch, int replies) => Assert.Equal(replies, cloudWatch.OfMail
        .Where(words => words.StartsWith("response_sent", StringComparison.Ordinal)
        && !words.Contains("Address=", StringComparison.Ordinal))
        .Sum(words => int.Parse(words.Split(' ')[2].Split('/')[1], System.Globalization.CultureInfo.InvariantCulture)));
}
