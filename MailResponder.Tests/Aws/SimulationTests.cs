using System.Text.Json;
using MailResponder.Tests.Host;

namespace MailResponder.Tests.Aws;

/// <summary>
/// Checks that simulate.sh ran with the policy in the template, and that docs/scaling.md reports its results.
/// </summary>
public sealed class SimulationTests
{
    private static readonly Template Template = Template.Shipped;

    private static readonly Lazy<JsonElement> Simulation =
        new(() => JsonSerializer.Deserialize<JsonElement>(Simulate("--json")));

    [Fact]
    public void Template_HasTheNumbersThatWereTried()
    {
        var tried = Simulation.Value.GetProperty("shipped");
        Assert.Equal(
            [
                $"[[{Template.Default("CpuHigh")},{Template.Default("HostsUp")}],"
                + $"[{Number("CpuHigh") + Number("SaturatedMargin")},{Template.Default("HostsUpSaturated")}]]",
                Template.Default("Cooldown"), Template.Default("CpuLow"), Template.Default("AlarmMinutes"),
                $"{-Number("HostsDown")}", Template.Default("Cooldown"), Template.Default("MinHosts"),
                Template.Default("MaxHosts"), Template.Default("QueueLow"), Template.Default("DrainHours"),
            ],
            ((string[])["steps", "pause", "cpu_low", "alarm_minutes", "down", "down_pause", "minimum", "maximum",
                "queue_low", "drain_hours"]).Select(name => Compact(tried.GetProperty(name))));
        var steps = Template.Properties("UpOnCpu").GetProperty("StepAdjustments");
        Assert.Equal(["HostsUp", "HostsUpSaturated"],
            steps.EnumerateArray().Select(
            step => step.GetProperty("ScalingAdjustment").GetProperty("Ref").GetString()));
        Assert.False(tried.GetProperty("slow_scales").GetBoolean() || tried.GetProperty("any_low").GetBoolean());
    }

    [Fact]
    public void ShippedPolicy_IsNeverWorseThanTheOld_AndBetterInTheSpike()
    {
        var better = 0;
        foreach (var spike in Simulation.Value.GetProperty("runs").EnumerateArray()
            .GroupBy(run => run.GetProperty("spike").GetString()))
        {
            var (old, shipped) = (spike.ElementAt(spike.Count() - 2), spike.Last());
            Assert.StartsWith("shipped", shipped.GetProperty("policy").GetString(), StringComparison.Ordinal);
            foreach (var name in (string[])["backlog", "most", "all"])
            {
                Assert.True(Minutes(shipped, name) <= Minutes(old, name),
                    $"{spike.Key}: {name} {Minutes(shipped, name)}, old {Minutes(old, name)}");
                if (Minutes(shipped, name) < Minutes(old, name)) better++;
            }
        }

        Assert.InRange(better, 6, int.MaxValue);
    }

    /// <summary>The first policy shows that the simulation sees a loss at all.</summary>
    [Fact]
    public void OutageLongerThanDrainHours_LosesNothing()
    {
        var runs = Simulation.Value.GetProperty("outages").EnumerateArray().ToList();
        Assert.All(runs, run => Assert.InRange(
            run.GetProperty("outage").GetDouble(), Number("DrainHours") + 1, double.MaxValue));
        var lost = runs.ConvertAll(run => run.GetProperty("lost").GetInt32());
        Assert.InRange(lost[0], 1, int.MaxValue);
        Assert.Equal(0, lost[1]);
    }

    [Fact]
    public void Page_ShowsWhatComesOut() =>
        Assert.Contains(Simulate().Trim(), File.ReadAllText(Repository.PathTo("docs", "scaling.md")),
            StringComparison.Ordinal);

    private static string Simulate(params string[] options) =>
        ToolRun.Of(Repository.PathTo("MailResponder.Tests", "simulate.sh"), options).AssertDone();

    private static int Number(string parameter) =>
        int.Parse(Template.Default(parameter), System.Globalization.CultureInfo.InvariantCulture);

    private static string Compact(JsonElement value) => JsonSerializer.Serialize(value);

    /// <summary>Returns a time in minutes. A time that was never reached is later than any other.</summary>
    private static double Minutes(JsonElement run, string name) =>
        run.GetProperty(name) is { ValueKind: JsonValueKind.Number } number ? number.GetDouble() : double.MaxValue;
}
