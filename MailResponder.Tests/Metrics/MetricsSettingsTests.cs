using MailResponder.Aws;
using MailResponder.Settings;

namespace MailResponder.Tests.Metrics;

/// <summary>Every fault in the metrics settings is reported with its line and with what to write instead.</summary>
public sealed class MetricsSettingsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Whole_IsRead()
    {
        var metrics = Read("""
            { "region": "eu-west-1", "endpoint": "https://monitoring.example.com",
              "credentials_file": "keys", "profile": "mail",
              "namespace": "Example/Mail", "threshold": 10, "state": "var" }
            """, out var faults)!.Metrics!;
        Assert.Empty(faults);
        Assert.Equal(
            new AwsConnection("metrics", "eu-west-1")
            {
                Endpoint = new Uri("https://monitoring.example.com"),
                CredentialsFile = _folder.PathTo("keys"),
                Profile = "mail"
            },
            metrics.CloudWatch);
        Assert.Equal(("Example/Mail", 10, _folder.PathTo("var")),
            (metrics.Namespace, metrics.Threshold, metrics.State));
    }

    [Fact]
    public void Least_IsEnoughForPrometheus()
    {
        var metrics = Read("""{ "threshold": 2 }""", out var faults)!.Metrics!;
        Assert.Empty(faults);
        Assert.Equal((null, "MailResponder", "/var/lib/mail_responder-metrics"),
            (metrics.CloudWatch, metrics.Namespace, metrics.State));
    }

    [Theory]
    [InlineData("""{ "region": "Ireland" }""", "metrics.region: \"Ireland\" is not an AWS region")]
    [InlineData("""{ "region": 1 }""", "metrics.region: must be a text")]
    [InlineData("""{ "namespace": "Mail" }""", "metrics.region: is missing")]
    [InlineData("""{ "endpoint": "https://monitoring.example.com" }""", "metrics.region: is missing")]
    [InlineData("""{ "regon": "eu-west-1" }""", "did you mean \"region\"?")]
    [InlineData("""{ "region": "eu-west-1", "endpoint": "monitoring.example.com" }""",
        "metrics.endpoint: must be a web address")]
    [InlineData("""{ "region": "eu-west-1", "profile": "x" }""",
        "metrics.profile: is a section of the credentials_file, which is not set")]
    [InlineData("""{ "region": "eu-west-1", "namespace": "AWS/EC2" }""", "reserved by Amazon")]
    [InlineData("""{ "region": "eu-west-1", "namespace": "a\tb" }""", "is not valid in CloudWatch")]
    [InlineData("""{ "threshold": 1 }""", "metrics.threshold: must be a whole number from 2")]
    [InlineData("""{ "state": false }""", "metrics.state: must be a text")]
    [InlineData("""[]""", "metrics: must be an object")]
    public void Fault_IsNamed(string metrics, string expected)
    {
        Assert.Null(Read(metrics, out var faults));
        Assert.Equal(7, Assert.Single(
            faults, fault => fault.ToString().Contains(expected, StringComparison.Ordinal)).Line);
    }

    private ResponderSettings? Read(string metrics, out List<Fault> faults)
    {
        faults = [];
        return SettingsFile.Check(_folder.Write("settings.json", $$"""
            {
              "response_from": "Tools <help@example.com>",
              "bounce_address": "bounces@example.com",
              "own_domains": ["example.com"], "response_book": "book.json", "address_key_file": "key",
              "database": { "sqlite": "db" },
              "send_method": "outbox",
              "metrics": {{metrics.ReplaceLineEndings(" ")}}
            }
            """), faults);
    }
}
