using MailResponder.Doctor;

namespace MailResponder.Tests.Doctor;

/// <summary>The answers of the three tools, one of which a host has, are read alike.</summary>
public sealed class DnsLookupTests : IDisposable
{
    readonly FakeHost fake = new();

    public void Dispose() => fake.Dispose();

    [Theory]
    [InlineData(
        "dig", ";; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 1\nexample.com.\t300\tIN\tTXT\t\"v=DKIM1; p=AA\" "
        + "\"BB\"\n")]
    [InlineData("host", "example.com descriptive text \"v=DKIM1; p=AA\" \"BB\"\n")]
    [InlineData("resolvectl", "example.com IN TXT \"v=DKIM1; p=AA\" \"BB\"                       -- link: eth0\n")]
    public void StringsOfARecord_AreJoined(string tool, string said) =>
        Assert.Equal(["v=DKIM1; p=AABB"], Ask(tool, said, "TXT").Records);

    [Theory]
    [InlineData(
        "dig", ";; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 1\nexample.com. 300 IN CNAME "
        + "other.example.\nother.example. 300 IN MX 10 Mail.Example.COM.\n")]
    [InlineData(
        "host", "example.com is an alias for other.example.\nother.example mail is handled by 10 Mail.Example.COM.\n")]
    [InlineData("resolvectl", "other.example IN MX 10 Mail.Example.COM -- link: eth0\n")]
    public void MailServer_IsANameInLowerCase(string tool, string said) =>
        Assert.Equal(["mail.example.com"], Ask(tool, said, "MX").Records);

    [Theory]
    [InlineData("dig", ";; ->>HEADER<<- opcode: QUERY, status: NXDOMAIN, id: 1\n", 0)]
    [InlineData("host", "Host example.com not found: 3(NXDOMAIN)\n", 1)]
    [InlineData("host", "example.com has no TXT record\n", 0)]
    public void MissingName_IsAnAnswer(string tool, string said, int code)
    {
        var answer = Ask(tool, said, "TXT", code);
        Assert.True(answer.Answered);
        Assert.Empty(answer.Records);
    }

    [Theory]
    [InlineData("dig", ";; connection timed out; no servers could be reached\n", 9)]
    [InlineData("dig", ";; ->>HEADER<<- opcode: QUERY, status: SERVFAIL, id: 1\n", 0)]
    [InlineData("host", ";; connection timed out; no servers could be reached\n", 1)]
    [InlineData("resolvectl", "", 1)]
    public void SilentServer_IsNone(string tool, string said, int code) =>
        Assert.False(Ask(tool, said, "TXT", code).Answered);

    [Fact]
    public void HostWithoutATool_IsTold()
    {
        var settings = TestSettings.In(fake.Folder.Path);
        var finding = Assert.Single(DnsChecks.Look(fake.BareHost, settings, null));
        Assert.Equal(("dns", FindingState.Warning), (finding.Name, finding.State));
        Assert.Contains("bind9-dnsutils", finding.Remedy, StringComparison.Ordinal);
    }

    DnsAnswer Ask(string tool, string said, string type, int code = 0)
    {
        fake.Saying(tool, said).With(tool, $"/bin/cat {fake.Folder.PathTo("said/" + tool)}; exit {code}");
        return new DnsLookup(fake.BareHost).Ask("example.com", type);
    }
}
