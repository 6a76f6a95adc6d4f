using System.Security.Cryptography;
using MailResponder.Doctor;
using MailResponder.Reply.Dkim;
using MailResponder.Settings;
using MailResponder.Tests.Postfix;

namespace MailResponder.Tests.Doctor;

/// <summary>What the doctor says of a key that waits, and of the one that signed before.</summary>
public sealed class DkimFindings : IDisposable
{
    readonly FakeHost fake = new();
    readonly DkimSettings dkim;
    readonly Dictionary<string, string> published = [];

    public DkimFindings()
    {
        dkim = new DkimSettings("example.com", "mail", fake.Folder.PathTo("dkim.key"));
        Write(dkim.KeyFile, Key());
        Publish("mail", DkimKey.Load(dkim));
    }

    public void Dispose() => fake.Dispose();

    [Fact]
    public void OneKey_HasNothingElseToSay() => Assert.Equal(["ok dkim-key", "ok dkim-dns"], Findings().Select(NameOf));

    [Fact]
    public void NextKey_IsTold()
    {
        Write(dkim.NextKeyFile, DkimKey.TextOf("mail2", Key()));
        Assert.EndsWith(": mail2._domainkey.example.com does not exist yet", Text("warning dkim-next"),
            StringComparison.Ordinal);
        Publish("mail2", DkimKey.Load(dkim));
        Assert.Contains("holds another key than " + dkim.NextKeyFile, Text("warning dkim-next"),
            StringComparison.Ordinal);
        Publish("mail2", DkimKey.LoadNext(dkim)!);
        Assert.Contains("is in DNS, and mail still signs", Text("warning dkim-next"), StringComparison.Ordinal);
        Write(dkim.NextKeyFile, "Selector: mail2\nno key");
        Assert.Contains("holds no RSA private key", Text("fault dkim-next"), StringComparison.Ordinal);
    }

    [Fact]
    public void FormerKey_MayGoAfterSevenDays()
    {
        Write(dkim.FormerKeyFile, DkimKey.TextOf("mail", Key()));
        // The key was not changed in the end.
        Assert.Equal(2, Findings().Count);

        Write(dkim.KeyFile, DkimKey.TextOf("mail2", Key()));
        Publish("mail2", DkimKey.Load(dkim));
        File.SetLastWriteTimeUtc(dkim.FormerKeyFile, FakeHost.Now.UtcDateTime.AddDays(-6));
        Assert.Equal("mail._domainkey.example.com stays in DNS until 2026-11-23 12:00 UTC", Text("ok dkim-former"));
        published.Remove("mail");
        Assert.Contains("is gone; mail that its key signed is ", Text("warning dkim-former"), StringComparison.Ordinal);
        File.SetLastWriteTimeUtc(dkim.FormerKeyFile, FakeHost.Now.UtcDateTime.AddDays(-7));
        var finding = Only("warning dkim-former");
        Assert.Contains("is needed no longer", finding.Text, StringComparison.Ordinal);
        Assert.Equal($"take it out of DNS, then: rm {dkim.FormerKeyFile}", finding.Remedy);
    }

    Finding Only(string name) => Assert.Single(Findings(), finding => NameOf(finding) == name);

    string Text(string name) => Only(name).Text;

    List<Finding> Findings()
    {
        using var server = new NameServer([.. published.Select(record =>
            $"txt-record={record.Key}._domainkey.example.com,{string.Join(',', record.Value.Chunk(250)
                .Select(part => new string(part)))}")]);
        fake.Folder.Write("etc/resolv.conf", $"nameserver {server.Address}\n");
        return [.. DkimDnsCheck.Look(new DnsLookup(fake.Host), dkim, fake.Host.Clock)];
    }

    static string NameOf(Finding finding) => $"{finding.State.Hyphenated()} {finding.Name}";

    void Publish(string selector, DkimKey key) =>
        published[selector] = $"v=DKIM1; p={DkimRecord.PublicKey(key).Base64}";

    static string Key()
    {
        using var rsa = RSA.Create(2048);
        return rsa.ExportPkcs8PrivateKeyPem();
    }

    static void Write(string path, string text)
    {
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}
