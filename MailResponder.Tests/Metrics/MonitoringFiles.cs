using System.Text.Json;
using System.Text.RegularExpressions;
using MailResponder.Tests.Host;

namespace MailResponder.Tests.Metrics;

/// <summary>Tests system/prometheus, the files for a monitoring server.</summary>
public sealed partial class MonitoringFiles
{
    private static readonly string Folder = Repository.PathTo("system", "prometheus");

    /// <summary>promtool tests the rules with a day of numbers: alerts.yml next to this file.</summary>
    [Fact]
    public void Alerts_ComeWhenSomethingIsWrong()
    {
        var rules = Path.Join(Folder, "mail_responder.rules.yml");
        ToolRun.Of("promtool", "check", "rules", rules).AssertDone();
        using var folder = new TemporaryFolder();
        var test = File.ReadAllText(Repository.PathTo("MailResponder.Tests", "Metrics", "alerts.yml"));
        var file = folder.Write("alerts.yml", test.Replace("RULES", rules, StringComparison.Ordinal));

        ToolRun.Of("promtool", "test", "rules", file).AssertDone();
    }

    [Theory]
    [InlineData("mail_responder.rules.yml")]
    [InlineData("dashboard.json")]
    public void Metrics_AreOurs(string file)
    {
        var named = MetricName().Matches(File.ReadAllText(Path.Join(Folder, file)))
            .Select(match => match.Value.Replace("_bucket", "", StringComparison.Ordinal)).ToHashSet();
        var documented = File.ReadAllText(Repository.PathTo("docs", "metrics.md"));

        Assert.True(named.Count >= 5, string.Join(' ', named));
        Assert.All(named, name => Assert.Contains($"`{name}", documented, StringComparison.Ordinal));
    }

    [Fact]
    public void Queries_OfTheDashboardAreAccepted()
    {
        using var dashboard = JsonDocument.Parse(File.ReadAllText(Path.Join(Folder, "dashboard.json")));
        var queries = dashboard.RootElement.GetProperty("panels").EnumerateArray()
            .SelectMany(panel => panel.GetProperty("targets").EnumerateArray())
            .Select(target => target.GetProperty("expr")
            .GetString()!.Replace("$instance", "a", StringComparison.Ordinal)).ToList();
        using var folder = new TemporaryFolder();
        var rules = queries.Select((query, i) => $"  - record: query{i}\n    expr: '{query}'\n");

        Assert.Equal(10, queries.Count);
        ToolRun.Of("promtool", "check", "rules",
            folder.Write("queries.yml", "groups:\n- name: queries\n  rules:\n" + string.Concat(rules))).AssertDone();
    }

    [GeneratedRegex("mail_responder_[a-z_]+(?=[{\\[)> ])")]
    private static partial Regex MetricName();
}
