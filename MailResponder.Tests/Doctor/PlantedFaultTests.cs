using System.Text.Json.Nodes;

namespace MailResponder.Tests.Doctor;

/// <summary>
/// Plants one fault at a time on a healthy server and runs <c>responder doctor</c>. Each file of the folder Faults
/// plants one; its second line says which checks find it, and with which states. With a line "# mended by its
/// remedies", the printed commands are run, and then all is well again. A new case is a new file.
/// </summary>
[Collection(DoctorServer.Collection)]
public sealed class PlantedFaultTests(DoctorServer server)
{
    public static TheoryData<string> Faults =>
        [.. PlantedFault.Files];

    /// <summary>
    /// Commands that give a folder to the responder's user that it shares with others, or its own folder to root.
    /// </summary>
    private const string GivesAway = @"chown mail_responder:\S+ /(?!var/lib/mail_responder)"
        + @"|chgrp mail_responder /(?!(etc|var/lib)/mail_responder)|chown root /var/lib/mail_responder(;|$)";

    [Fact]
    public void HealthyServer_HasNothingButOk() =>
        Assert.DoesNotContain(server.Healthy, line => !line.StartsWith("ok ", StringComparison.Ordinal));

    [Theory]
    [MemberData(nameof(Faults))]
    public void Fault_IsFoundWithItsRemedy(string file)
    {
        var fault = PlantedFault.Read(file);
        var mended = new List<string>();
        var findings = server.With(fault.Script, () =>
        {
            var found = server.Examine();
            if (fault.IsMendedByRemedies) mended.AddRange(Mend(found));
            return found;
        });
        Assert.Empty(mended);
        Assert.All(fault.Expected, expected => AssertFound(findings, expected));
        Assert.Distinct(findings.Select(finding => finding!.ToJsonString()));
        Assert.All(findings, finding =>
            Assert.DoesNotMatch(@"a bug in responder doctor|" + GivesAway, (string?)finding!["remedy"] ?? ""));
        if (fault.IsAlone) AssertAlone(findings, Assert.Single(fault.Expected));
        server.AssertUndone(file, Faults.Count);
    }

    [Theory]
    [InlineData("fault dkim-dns", "mail._domainkey.example.com")]
    [InlineData("fault dkim-dns", "mail._domainkey.example.com", "v=DKIM1; k=rsa; p=")]
    [InlineData("fault dkim-dns", "mail._domainkey.example.com",
        "v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAanother")]
    [InlineData("fault dkim-dns", "mail._domainkey.example.com", "v=DKIM1; k=rsa; p=KEY", "v=DKIM1; k=rsa; p=KEY2")]
    [InlineData("fault dkim-dns", "mail._domainkey.example.com", "google-site-verification=x")]
    [InlineData("fault dkim-dns", "mail._domainkey.example.com", "v=DKIM1; k=ed25519; p=KEY")]
    [InlineData("warning dkim-dns", "mail._domainkey.example.com", "v=DKIM1; k=rsa; t=y; p=KEY")]
    [InlineData("ok dkim-dns", "mail._domainkey.example.com", "p=KEY")]
    [InlineData("warning spf", "example.com")]
    [InlineData("fault spf", "example.com", "v=spf1 mx ~all", "v=spf1 a ~all")]
    [InlineData("fault spf", "example.com", "v=spf1 +ALL")]
    [InlineData("warning spf", "example.com", "v=spf1 -all")]
    [InlineData("warning dmarc", "_dmarc.example.com")]
    [InlineData("warning dmarc", "_dmarc.example.com", "v=DMARC1; p=none", "v=DMARC1; p=reject")]
    [InlineData("fault block-lists", "1.2.0.192.zen.spamhaus.org", "127.0.0.4")]
    [InlineData("ok block-lists", "1.2.0.192.zen.spamhaus.org", "127.0.0.12")]
    [InlineData("warning block-lists", "1.2.0.192.zen.spamhaus.org", "127.255.255.254")]
    [InlineData("ok block-lists", "1.2.0.192.list.dnswl.org", "127.0.5.1")]
    public void DnsRecord_IsLookedAt(string expected, string name, params string[] texts)
    {
        try
        {
            server.PublishRecords(name, Array.ConvertAll(
                texts, text => text.Replace("KEY", server.DkimKey, StringComparison.Ordinal)));
            AssertFound(server.Examine(), expected);
        }
        finally
        {
            server.PublishRecords();
        }
    }

    [Theory]
    [InlineData("58-name-of-nowhere.sh", "run: install.sh --hostname ")]
    [InlineData("48-remembered-for-a-day.sh", "raise ledger_days in /etc/mail_responder/settings.json")]
    [InlineData("91-s3-book-in-folder-of-root.sh", "set response_book to /var/lib/mail_responder/responses.json")]
    [InlineData("99-address-key-beside-the-database.sh", "move settings and keys from it to /etc/mail_responder")]
    [InlineData("99-book-in-home-of-root.sh", "other files to /var/lib/mail_responder")]
    [InlineData("99-database-link-to-nowhere.sh", "if a volume belongs there, mount it")]
    [InlineData("99-database-on-unmounted-volume.sh", "if a volume belongs at /mnt/data, mount it")]
    [InlineData("99-main-cf-unreadable.sh", "correct what it names; then: postfix check")]
    public void Remedy_EndsTheFinding(string file, string words) => Assert.Contains(
        server.With(PlantedFault.Read(file).Script),
        finding => ((string?)finding!["remedy"])?.Contains(words, StringComparison.Ordinal) == true);

    [Theory]
    [InlineData("v=spf1 -all", "add mx to it, before -all")]
    [InlineData("v=spf1 mx +all", "end it with ~all instead, and add mx to it, if it is missing")]
    public void SpfRecord_IsToBeChangedAndNotJoinedByASecond(string record, string remedy)
    {
        try
        {
            server.PublishRecords("example.com", record);
            Assert.Equal(remedy, (string?)server.Examine().First(
                finding => (string?)finding!["name"] == "spf")!["remedy"]);
        }
        finally
        {
            server.PublishRecords();
        }
    }

    [Theory]
    [InlineData("99-main-cf-unreadable.sh", "this is no parameter")]
    [InlineData("99-master-cf-unreadable.sh", "bad field count")]
    public void InstallScript_NamesTheFaultOfPostfix(string file, string reason)
    {
        var run = server.With(PlantedFault.Read(file).Script,
            () => server.Root.Run("/root/release/install.sh --no-packages"));
        Assert.Equal(78, run.ExitCode);
        Assert.Matches($"was not changed: .*{reason}", run.Errors.ReplaceLineEndings(" "));
    }

    /// <summary>One next hop outside with TLS, one that is down, and one that tls_policy exempts.</summary>
    [Theory]
    [InlineData("ok outgoing-tls", "[192.0.2.2]")]
    [InlineData("warning outgoing-tls", "[127.0.0.2]:2527")]
    [InlineData("ok outgoing-tls", "[127.0.0.1]:2527")]
    public void Relay_IsAskedForTls(string expected, string relay) => AssertFound(
        server.With($"keep /etc/postfix/main.cf\npostconf -e 'relayhost={relay}'"), expected);

    [Fact]
    public void Lines_NameStateAndRemedyAndEndWithTheSum()
    {
        var run = server.Root.Run(
            "mv /etc/cron.d/mail_responder /root/cron-file; /opt/responder doctor; code=$?; mv /root/cron-file "
            + "/etc/cron.d/mail_responder; exit $code");
        Assert.Equal(1, run.ExitCode);
        var lines = run.Output.TrimEnd().Split('\n');
        Assert.Contains(lines, line =>
            line.StartsWith("fault   cron-file ", StringComparison.Ordinal)
            && line.EndsWith(" — run install.sh", StringComparison.Ordinal));
        Assert.True(lines[^1].StartsWith("1 fault(s), 0 warning(s), ", StringComparison.Ordinal), run.Output);
        Assert.DoesNotContain("freemail.test", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void OtherUser_IsToldWhatCannotBeSeen()
    {
        var run = server.Root.Run("setpriv --reuid nobody --regid nogroup --clear-groups /opt/responder doctor");
        Assert.StartsWith("warning privileges", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("a bug", run.Output, StringComparison.Ordinal);
    }

    /// <summary>Runs the commands of all remedies, in their order. Returns what is not well after that.</summary>
    private IEnumerable<string> Mend(JsonArray findings)
    {
        foreach (var finding in findings)
        {
            if (((string?)finding!["remedy"])?.Split("run: ") is not ["", var commands]) continue;
            var script = commands.Split("; and check ")[0].Replace("; then: ", "; ", StringComparison.Ordinal);
            server.Root.Run(script).Good();
        }

        return server.Examine().Where(finding => (string?)finding!["state"] != "ok")
            .Select(finding => finding!.ToJsonString());
    }

    /// <summary>
    /// Asserts that only the cause is reported: no other check takes something it cannot see for a fault.
    /// </summary>
    private static void AssertAlone(JsonArray findings, string expected) => Assert.All(
        findings.Where(finding => (string?)finding!["state"] != "ok"),
        finding => Assert.Equal(expected, $"{finding!["state"]} {finding["name"]}"));

    private static void AssertFound(JsonArray findings, string expected)
    {
        var all = string.Join('\n', findings.Select(finding => finding!.ToJsonString()));
        var (state, name) = (expected.Split(' ')[0], expected.Split(' ')[1]);
        var found = findings.FirstOrDefault(
            finding => (string?)finding!["name"] == name && (string?)finding["state"] == state);
        Assert.True(found is not null, $"no {expected} among\n{all}");
        Assert.Equal(state == "ok", (string?)found["remedy"] is null);
    }
}
