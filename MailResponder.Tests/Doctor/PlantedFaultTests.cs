using System.Text.Json.Nodes;
using MailResponder.Tests.Install;

namespace MailResponder.Tests.Doctor;

/// <summary>
/// One fault at a time on a healthy server, as <c>responder doctor</c> sees it. A file of the folder Faults plants one, and
/// its second line says which check finds it, in which state. A new case is a new file.
/// </summary>
[Collection(Collection)]
public sealed class PlantedFaultTests(DoctorServer server) : IClassFixture<DoctorServer>
{
    public const string Collection = "Planted faults";

    public static TheoryData<string> Faults =>
        [.. Directory.GetFiles(Repository.PathTo("MailResponder.Tests", "Doctor", "Faults")).Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)];

    [Fact]
    public void HealthyServer_HasNothingButOk() =>
        Assert.DoesNotContain(server.Healthy, line => !line.StartsWith("ok ", StringComparison.Ordinal));

    [Fact]
    public void Documentation_HasEveryCheck()
    {
        var documented = File.ReadAllText(Repository.PathTo("docs", "doctor.md"));
        Assert.All(server.Healthy, line => Assert.Contains($"\n| `{line.Split(' ')[1]}` |", documented, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public void Fault_IsFoundWithItsRemedy(string file)
    {
        var script = File.ReadAllText(Repository.PathTo("MailResponder.Tests", "Doctor", "Faults", file));
        var expected = script.Split('\n')[1];
        Assert.StartsWith("# expect: ", expected, StringComparison.Ordinal);
        AssertFound(server.With(script), expected["# expect: ".Length..]);
        server.AssertUndone(file, Faults.Count);
    }

    [Theory]
    [InlineData("fault dkim-dns", "mail._domainkey.example.com")]
    [InlineData("fault dkim-dns", "mail._domainkey.example.com", "v=DKIM1; k=rsa; p=")]
    [InlineData("fault dkim-dns", "mail._domainkey.example.com", "v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAanother")]
    [InlineData("fault dkim-dns", "mail._domainkey.example.com", "v=DKIM1; k=rsa; p=KEY", "v=DKIM1; k=rsa; p=KEY2")]
    [InlineData("fault dkim-dns", "mail._domainkey.example.com", "google-site-verification=x")]
    [InlineData("fault dkim-dns", "mail._domainkey.example.com", "v=DKIM1; k=ed25519; p=KEY")]
    [InlineData("warning dkim-dns", "mail._domainkey.example.com", "v=DKIM1; k=rsa; t=y; p=KEY")]
    [InlineData("ok dkim-dns", "mail._domainkey.example.com", "p=KEY")]
    [InlineData("warning spf", "example.com")]
    [InlineData("fault spf", "example.com", "v=spf1 mx ~all", "v=spf1 a ~all")]
    [InlineData("fault spf", "example.com", "v=spf1 +all")]
    [InlineData("warning dmarc", "_dmarc.example.com")]
    [InlineData("warning dmarc", "_dmarc.example.com", "v=DMARC1; p=none", "v=DMARC1; p=reject")]
    public void DnsRecord_IsLookedAt(string expected, string name, params string[] texts)
    {
        try
        {
            server.PublishRecords(name, Array.ConvertAll(texts, text => text.Replace("KEY", server.DkimKey, StringComparison.Ordinal)));
            AssertFound(server.Examine(), expected);
        }
        finally
        {
            server.PublishRecords();
        }
    }

    [Fact]
    public void Lines_NameStateAndRemedyAndEndWithTheSum()
    {
        var run = server.Root.Run("mv /etc/cron.d/mail_responder /root/cron-file; /opt/responder doctor; code=$?; mv /root/cron-file /etc/cron.d/mail_responder; exit $code");
        Assert.Equal(1, run.ExitCode);
        var lines = run.Output.TrimEnd().Split('\n');
        Assert.Contains(lines, line => line.StartsWith("fault   cron-file ", StringComparison.Ordinal) && line.EndsWith(" — run install.sh", StringComparison.Ordinal));
        Assert.Matches("^1 fault\\(s\\), 0 warning\\(s\\), [0-9]+ ok$", lines[^1]);
        Assert.DoesNotContain("freemail.test", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void OtherUser_IsToldWhatCannotBeSeen()
    {
        var run = server.Root.Run("setpriv --reuid nobody --regid nogroup --clear-groups /opt/responder doctor");
        Assert.StartsWith("warning privileges", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("a bug", run.Output, StringComparison.Ordinal);
    }

    static void AssertFound(JsonArray findings, string expected)
    {
        var all = string.Join('\n', findings.Select(finding => finding!.ToJsonString()));
        var (state, name) = (expected.Split(' ')[0], expected.Split(' ')[1]);
        var found = findings.FirstOrDefault(finding => (string?)finding!["name"] == name && (string?)finding["state"] == state);
        Assert.True(found is not null, $"no {expected} among\n{all}");
        Assert.Equal(state == "ok", (string?)found["remedy"] is null);
    }
}
