using MailResponder.Aws;
using MailResponder.Settings;

namespace MailResponder.Tests.Ses;

/// <summary>Every fault in the SES settings is reported with its line and with what to write instead.</summary>
public sealed class SesSettingsTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    [Fact]
    public void Whole_IsRead()
    {
        var ses = Read("""
            { "region": "us-gov-west-1", "endpoint": "https://ses.example.com",
              "credentials_file": "keys", "profile": "mail",
              "configuration_set": "replies", "tags": { "a": "b" } }
            """, out var faults)!.Ses!;
        Assert.Empty(faults);
        Assert.Equal("us-gov-west-1", ses.Region);
        Assert.Equal("https://ses.example.com/", ses.Endpoint!.AbsoluteUri);
        Assert.Equal(Path.Join(Path.GetDirectoryName(_file), "keys"), ses.CredentialsFile);
        Assert.Equal(("mail", "replies"), (ses.Profile, ses.ConfigurationSet));
        Assert.Equal([new("a", "b")], ses.Tags);
    }

    [Theory]
    [InlineData("""{ }""", "ses.region: is missing")]
    [InlineData("""{ "region": "eu-wst-1" }""", "did you mean \"eu-west-1\"?", true)]
    [InlineData("""{ "region": "Ireland" }""", "is not an AWS region")]
    [InlineData("""{ "region": "EU-WEST-1" }""", "did you mean \"eu-west-1\"?")]
    [InlineData("""{ "regon": "eu-west-1" }""", "did you mean \"region\"?")]
    [InlineData("""{ "region": "eu-west-1", "endpoint": "http://ses.example.com" }""",
        "only for this host (127.0.0.1)")]
    [InlineData("""{ "region": "eu-west-1", "endpoint": "ses.example.com" }""", "ses.endpoint: must be a web address")]
    [InlineData("""{ "region": "eu-west-1", "profile": "x" }""", "which is not set")]
    [InlineData("""{ "region": "eu-west-1", "configuration_set": "a b" }""",
        "ses.configuration_set: \"a b\" is not valid in SES")]
    [InlineData("""{ "region": "eu-west-1", "tags": { "a": "b c" } }""", "ses.tags.a: \"b c\" is not valid in SES")]
    [InlineData("""{ "region": "eu-west-1", "tags": [] }""", "ses.tags: must be an object")]
    [InlineData("""{ "region": "eu-west-1", "tags": { "a": 1 } }""", "ses.tags.a: must be a text")]
    public void Fault_IsNamed(string ses, string expected, bool isWarning = false)
    {
        Read(ses, out var faults);
        var fault = Assert.Single(faults, fault => fault.ToString().Contains(expected, StringComparison.Ordinal));
        Assert.Equal(8, fault.Line);
        Assert.Equal(isWarning, fault.IsWarning);
    }

    [Theory]
    [InlineData("ses")]
    [InlineData("SES")]
    [InlineData("Ses")]
    public void SendMethod_TakesAnyCase(string text) =>
        Assert.Equal(SendMethod.Ses, Read("""{ "region": "eu-west-1" }""", out _, method: text)!.SendMethod);

    [Fact]
    public void SendMethodWithoutSettings_IsAFault()
    {
        Read("", out var faults, method: "ses");
        Assert.Contains("ses: is missing, but send_method is ses", Assert.Single(faults).ToString(),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""[{ "domains": ["gmail.com"], "rename": { "exe": "" } }]""", "must be the end of a name")]
    [InlineData("""[{ "domains": ["gmail"], "rename": { ".exe": "" } }]""", "is not a domain")]
    [InlineData("""[{ "domain": ["gmail.com"], "rename": { ".exe": "" } }]""", "did you mean \"domains\"?")]
    [InlineData("""{ }""", "must be a list of objects")]
    [InlineData("""["gmail.com"]""", "must be an object")]
    public void AttachmentNameFault_IsNamed(string names, string expected)
    {
        Read("""{ "region": "eu-west-1" }""", out var faults, names: names);
        Assert.Contains(faults, fault => fault.ToString().Contains(expected, StringComparison.Ordinal));
    }

    [Fact]
    public void AttachmentNames_AreRead()
    {
        var settings = Read("", out var faults, names:
            """[{ "domains": ["Example.net"], "rename": { ".exe": "", ".apk": ".ap_" } }]""")!;
        Assert.Empty(faults);
        var rename = Assert.Single(settings.AttachmentNames);
        Assert.Equal(["example.net"], rename.Domains);
        Assert.Equal([new(".exe", ""), new(".apk", ".ap_")], rename.Endings);
        Assert.Empty(Read("", out _, names: "[]")!.AttachmentNames);
    }

    public void Dispose() => File.Delete(_file);

    private ResponderSettings? Read(string ses, out List<Fault> faults, string method = "outbox", string names = "")
    {
        // The names are on line 7, SES on line 8.
        File.WriteAllText(_file, $$"""
            {
              "response_from": "Tools <help@example.com>",
              "bounce_address": "bounces@example.com",
              "own_domains": ["example.com"], "response_book": "book.json", "address_key_file": "key",
              "database": { "sqlite": "db" },
              "send_method": "{{method}}",
              {{(names.Length > 0 ? $"\"attachment_names\": {names}," : "")}}
              {{(ses.Length > 0 ? $"\"ses\": {ses.ReplaceLineEndings(" ")}" : "")}}
            }
            """);
        faults = [];
        return SettingsFile.Check(_file, faults);
    }
}
