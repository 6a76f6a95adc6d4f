using System.Security.Cryptography;
using MailResponder.Doctor;
using MailResponder.Reply.Dkim;
using MailResponder.Settings;
using MailResponder.Tests.Postfix;

namespace MailResponder.Tests.Doctor;

/// <summary>
/// Tests the doctor's findings about a key that is prepared for rotation, and about the previous key.
/// </summary>
public sealed class DkimFindings : IDisposable
{
    private readonly FakeHost _fake = new();
    private readonly DkimSettings _dkim;
    private readonly Dictionary<string, string> _published = [];

    public DkimFindings()
    {
        _dkim = new DkimSettings("example.com", "mail", _fake.Folder.PathTo("dkim.key"));
        Write(_dkim.KeyFile, Key());
        Publish("mail", DkimKey.Load(_dkim));
    }

    public void Dispose() => _fake.Dispose();

    [Fact]
    public void OneKey_HasNothingElseToSay() => Assert.Equal(["ok dkim-key", "ok dkim-dns"], Findings().Select(NameOf));

    [Fact]
    public void NextKey_IsTold()
    {
        Write(_dkim.NextKeyFile, DkimKey.TextOf("mail2", Key()));
        Assert.EndsWith(": mail2._domainkey.example.com does not exist yet", Text("warning dkim-next"),
            StringComparison.Ordinal);
        Publish("mail2", DkimKey.Load(_dkim));
        Assert.Contains("has a different key from " + _dkim.NextKeyFile, Text("warning dkim-next"),
            StringComparison.Ordinal);
        Publish("mail2", DkimKey.LoadNext(_dkim)!);
        Assert.Contains("is in DNS, but mail still signs", Text("warning dkim-next"), StringComparison.Ordinal);
        Write(_dkim.NextKeyFile, "Selector: mail2\nno key");
        Assert.Contains("holds no RSA private key", Text("fault dkim-next"), StringComparison.Ordinal);
    }

    [Fact]
    public void FormerKey_MayGoAfterSevenDays()
    {
        Write(_dkim.FormerKeyFile, DkimKey.TextOf("mail", Key()));
        // In the end the key was not changed.
        Assert.Equal(2, Findings().Count);

        Write(_dkim.KeyFile, DkimKey.TextOf("mail2", Key()));
        Publish("mail2", DkimKey.Load(_dkim));
        File.SetLastWriteTimeUtc(_dkim.FormerKeyFile, FakeHost.Now.UtcDateTime.AddDays(-6));
        Assert.Equal("mail._domainkey.example.com must stay in DNS until 2026-11-23 12:00 UTC", Text("ok dkim-former"));
        _published.Remove("mail");
        Assert.Contains("is gone, but mail that its key signed may be in transit until ", Text("warning dkim-former"),
            StringComparison.Ordinal);
        File.SetLastWriteTimeUtc(_dkim.FormerKeyFile, FakeHost.Now.UtcDateTime.AddDays(-7));
        var finding = Only("warning dkim-former");
        Assert.Contains("has not been needed since", finding.Text, StringComparison.Ordinal);
        Assert.Equal($"remove it from DNS, then: rm {_dkim.FormerKeyFile}", finding.Remedy);
    }

    private Finding Only(string name) => Assert.Single(Findings(), finding => NameOf(finding) == name);

    private string Text(string name) => Only(name).Text;

    private List<Finding> Findings()
    {
        using var server = new NameServer([.. _published.Select(record =>
            $"txt-record={record.Key}._domainkey.example.com,{string.Join(',', record.Value.Chunk(250)
                .Select(part => new string(part)))}")]);
        _fake.Folder.Write("etc/resolv.conf", $"nameserver {server.Address}\n");
        return [.. DkimDnsCheck.Look(new DnsLookup(_fake.Host), _dkim, _fake.Host.Clock)];
    }

    private static string NameOf(Finding finding) => $"{finding.State.Hyphenated()} {finding.Name}";

    private void Publish(string selector, DkimKey key) =>
        _published[selector] = $"v=DKIM1; p={DkimRecord.PublicKey(key).Base64}";

    private static string Key()
    {
        using var rsa = RSA.Create(2048);
        return rsa.ExportPkcs8PrivateKeyPem();
    }

    private static void Write(string path, string text)
    {
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}
