using System.Text.Json;
using System.Text.Json.Nodes;
using MailResponder.Canary;
using MailResponder.Doctor;
using MailResponder.Settings;
using MailResponder.Tests.Doctor;
using MailResponder.Tests.Metrics;

namespace MailResponder.Tests.Canary;

/// <summary>What other commands later report about the last runs of `responder canary`.</summary>
public sealed class CanaryFigures : IDisposable
{
    private static readonly CanaryReport Good = new("gmail") { Seconds = 14.2, Replies = 2, Expected = 2 };
    private static readonly CanaryReport InSpam =
        Good with { InJunk = 1, Problems = ["1 of 2 replies taken for spam"] };
    private static readonly CanaryReport Away = new("gmail") { IsReachable = false, Problems = ["away"] };

    private readonly FakeHost _host = new();
    private readonly MetricsPlace _place = new(null);

    public CanaryFigures()
    {
        _place.Place.Settings["canary"] = new JsonArray([.. ((string[])["gmail", "yahoo"]).Select(name => new JsonObject
        {
            ["name"] = name,
            ["address"] = $"zahra.{name}@freemail.test",
            ["submission"] = new JsonObject { ["server"] = "smtp.freemail.test" },
            ["imap"] = new JsonObject { ["server"] = "imap.freemail.test" },
            ["password_file"] = "p",
            ["requests"] = new JsonArray("get@example.com"),
        })]);
        _place.Place.Write();
    }

    private ResponderSettings Settings => SettingsFile.Load(_place.Place.SettingsFile);

    public void Dispose()
    {
        _place.Dispose();
        _host.Dispose();
    }

    /// <summary>A canary that cannot start writes no record. The alarm must fire all the same.</summary>
    [Fact]
    public void BeforeTheFirstRun_EachMailboxIsMissed()
    {
        var metrics = Output("metrics", "prometheus", "--log", _place.Log);
        foreach (var mailbox in (string[])["gmail", "yahoo"])
            Assert.Contains($"canary_last_success_timestamp_seconds{{mailbox=\"{mailbox}\"}} 0\n", metrics,
                StringComparison.Ordinal);
        Assert.DoesNotContain("canary_seconds{", metrics, StringComparison.Ordinal);
        Assert.DoesNotContain("canary_age", Output("metrics", "put", "--print", "--log", _place.Log),
            StringComparison.Ordinal);
        Assert.Matches("  gmail +never-run, –\n", Output("stats", "--log", _place.Log));
        Assert.Equal(["gmail has never received its replies as it should",
            "yahoo has never received its replies as it should"], Warnings(DateTimeOffset.UtcNow));
    }

    [Fact]
    public void LastSuccess_StaysWhenRunsFail()
    {
        var then = DateTimeOffset.FromUnixTimeSeconds(DateTimeOffset.UtcNow.AddHours(-5).ToUnixTimeSeconds());
        CanaryRecord.Keep(Settings, [Good, Good with { Mailbox = "yahoo", Seconds = 3 }], then);
        Assert.Empty(Warnings(then.AddHours(1)));
        CanaryRecord.Keep(Settings, [InSpam], then.AddHours(1));
        Assert.Equal(["something was wrong with the last replies to gmail"], Warnings(then.AddHours(2)));
        CanaryRecord.Keep(Settings, [Away], then.AddHours(2));

        var metrics = Output("metrics", "prometheus", "--log", _place.Log);
        foreach (var line in (string[])
            [
                $"canary_last_success_timestamp_seconds{{mailbox=\"gmail\"}} {then.ToUnixTimeSeconds()}",
                "canary_seconds{mailbox=\"gmail\"} 14.2", "canary_seconds{mailbox=\"yahoo\"} 3",
                "canary_in_spam{mailbox=\"gmail\"} 1", "canary_in_spam{mailbox=\"yahoo\"} 0",
            ])
            Assert.Contains($"\nmail_responder_{line}\n", metrics, StringComparison.Ordinal);
        var put = Output("metrics", "put", "--print", "--log", _place.Log);
        Assert.Matches("canary_age Seconds samples=1 sum=180[0-9]{2} .* Mailbox=gmail\n", put);
        Assert.Contains("canary_seconds Seconds samples=1 sum=14.2 min=14.2 max=14.2 Mailbox=gmail\n", put,
            StringComparison.Ordinal);
        Assert.Contains("canary_in_spam Count samples=1 sum=1 min=1 max=1 Mailbox=gmail\n", put,
            StringComparison.Ordinal);
        var stats = JsonDocument.Parse(Output("stats", "--json", "--log", _place.Log)).RootElement;
        var gmail = stats.GetProperty("canary").GetProperty("gmail");
        Assert.Equal(("unreachable", 14.2, 1), (gmail.GetProperty("result").GetString(),
            gmail.GetProperty("seconds").GetDouble(), gmail.GetProperty("in_junk").GetInt32()));
        Assert.Contains("; in spam 1", Output("stats", "--log", _place.Log), StringComparison.Ordinal);
        Assert.Equal(["gmail last received its replies as it should 30 hours ago",
            "yahoo last received its replies as it should 30 hours ago"], Warnings(then.AddHours(30)));
        Assert.Equal(2, Warnings(then.AddDays(-3)).Count(warning => warning.Contains(
            " last received its replies as it should at a time that has not come yet: ", StringComparison.Ordinal)));
        CanaryRecord.Keep(Settings, [Good], DateTimeOffset.UtcNow.AddHours(5));
        Assert.Matches("canary_age Seconds samples=1 sum=1[78][0-9]{3} .* Mailbox=gmail\n",
            Output("metrics", "put", "--print", "--log", _place.Log));
        Assert.DoesNotContain("freemail", metrics + put + stats + File.ReadAllText(CanaryRecord.FileOf(Settings)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void MailboxThatTheSettingsNameNoMore_IsForgotten()
    {
        CanaryRecord.Keep(Settings, [Good, Good with { Mailbox = "yahoo" }], DateTimeOffset.UtcNow);
        _place.Place.Settings["canary"]!.AsArray().RemoveAt(0);
        _place.Place.Write();
        Assert.DoesNotContain("gmail", Output("metrics", "prometheus", "--log", _place.Log), StringComparison.Ordinal);
        File.WriteAllText(CanaryRecord.FileOf(Settings), "no JSON");
        Assert.Contains("{mailbox=\"yahoo\"} 0\n", Output("metrics", "prometheus", "--log", _place.Log),
            StringComparison.Ordinal);
    }

    [Fact]
    public void ConfigCheck_LooksAtPasswordsAndAuthorities()
    {
        _place.Place.WriteSecret("p", "b2f5Zk81secret\n");
        Assert.Contains("\n0 fault(s)", "\n" + Output("config", "check"), StringComparison.Ordinal);
        _place.Place.Settings["canary"]![1]!["password_file"] = "none";
        _place.Place.Settings["canary"]![0]!["ssl_ca"] = "p";
        _place.Place.Write();
        var run = _place.Place.Command("config", "check");
        Assert.Equal(78, run.ExitCode);
        Assert.Contains($"canary: password file {_place.Place.PathTo("none")}: does not exist", run.OutputText,
            StringComparison.Ordinal);
        Assert.Contains($"canary: ssl_ca {_place.Place.PathTo("p")}: is neither PEM nor DER", run.OutputText,
            StringComparison.Ordinal);
    }

    [Fact]
    public void WithoutTheSetting_ItDoesNothing()
    {
        _place.Place.Settings.Remove("canary");
        _place.Place.Write();
        Assert.StartsWith("nothing to do: ", Output("canary"), StringComparison.Ordinal);
        Assert.Equal("[]\n", Output("canary", "--json"));
        Assert.Empty(ReplyChecks.Canaries(_host.Host, Settings));
    }

    private string[] Warnings(DateTimeOffset now) => [.. ReplyChecks.Canaries(
        _host.Host with { Clock = new FixedClock(now) }, Settings)
        .Where(finding => finding.State != FindingState.Ok).Select(finding => finding.Text)];

    private string Output(params string[] arguments)
    {
        var run = _place.Place.Command(arguments);
        Assert.True(run.ExitCode == 0, $"exit {run.ExitCode}: {run.Errors}");
        return run.OutputText;
    }
}
