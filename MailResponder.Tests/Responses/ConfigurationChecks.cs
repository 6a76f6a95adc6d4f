using System.Security.Cryptography;
using MailResponder.Limits;
using MailResponder.Responses;
using MailResponder.Settings;
using MailResponder.Tests.Reply;

namespace MailResponder.Tests.Responses;

/// <summary>What <c>responder config check</c> finds beyond the two files themselves.</summary>
public sealed class ConfigurationChecks : IDisposable
{
    private const string Unsigned = "settings.json: warning: dkim: is not set: replies go out unsigned and many will be taken for spam; " +
        "make a key with: responder dkim keygen";

    private const string Dkim = """, "dkim": { "domain": "example.com", "selector": "test", "key_file": "dkim.key" }""";

    private readonly TemporaryFolder _folder = new();

    public ConfigurationChecks() => _folder.Write("files/tools/tool.zip", "tool");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void MissingKey_IsAWarning()
    {
        Book("tools", "tool.zip");

        Assert.Equal([Unsigned], Check());
    }

    [Fact]
    public void CompleteConfiguration_HasNoFault()
    {
        Book("tools", "tool.zip");
        TestReply.TestOnlyKey(_folder);

        Assert.Empty(Check(Dkim));
    }

    [Fact]
    public void MissingAttachment_IsNamedWithItsLine()
    {
        Book("tools", "none.zip");

        Assert.Equal([Unsigned, $"responses.json:4: entry 1, attachments: attachment {_folder.Path}/files/tools/none.zip: does not exist"], Check());
    }

    [Fact]
    public void DomainThatIsNotOurs_IsAWarning()
    {
        Book("tools", "tool.zip", "get@example.org");

        Assert.Equal([Unsigned, $"responses.json:2: warning: entry 1, email_addr: example.org is not in own_domains of {_folder.Path}/settings.json"], Check());
    }

    [Fact]
    public void MissingSendmail_IsNamed()
    {
        Book("tools", "tool.zip", more: ", \"send_method\": \"SMTP\"");

        Assert.Equal([Unsigned, "responses.json:2: entry 1, send_method: /nowhere/sendmail does not exist"], Check());
    }

    [Theory]
    [InlineData("outbox", 100_000_000, 1_000_000L)]
    [InlineData("ses", 7_600_000, null)]
    [InlineData("sendmail", 7_300_000, 10_240_000L)]
    [InlineData("sendmail", 19_000_000, 31_457_280L)]
    [InlineData("sendmail", 19_000_000, 0L)]
    [InlineData("sendmail", 19_000_000, null)]
    public void AttachmentsThatFitTheirWay_AreNoFault(string method, int bytes, long? postfixLimit) =>
        Assert.Empty(CheckAttachment(method, bytes, postfixLimit));

    /// <summary>Sizes of files: 78 bytes on the wire stand for 57 of a file.</summary>
    [Theory]
    [InlineData("ses", 7_700_000, 31_457_280L, "10.0 MB, and Amazon SES takes 10 MB", "use send_method sendmail for it")]
    [InlineData("ses", 20_000_000, null, "26.1 MB, and Amazon SES takes 10 MB", "attach less, or link to it")]
    [InlineData("sendmail", 7_500_000, 10_240_000L, "9.8 MB, and Postfix takes 9.8 MB (message_size_limit)",
        "run: postconf -e message_size_limit=31457280; then: postfix reload")]
    [InlineData("sendmail", 19_200_000, 0L, "25.1 MB, and large providers take 25 MB", "attach less, or link to it")]
    public void AttachmentsTooLargeForTheirWay_AreNamed(
        string method, int bytes, long? postfixLimit, string sizes, string remedy) =>
        Assert.Equal([$"responses.json:2: entry 1, attachments: encoded they have {sizes}: "
            + $"the entry would go out without them; {remedy}"], CheckAttachment(method, bytes, postfixLimit));

    [Fact]
    public void LimitOfPostfix_IsNotThatOfAnotherProgram()
    {
        Assert.Single(CheckAttachment("sendmail", 10_000_000, 1_000_000));
        Assert.Empty(CheckAttachment("sendmail", 10_000_000, 1_000_000, "/bin/true"));
    }

    [Theory]
    [InlineData("", ", \"require_authentication\": { \"attachments\": \"weak\" }", new[] { "responses.json:2: warning: entry 1, require_authentication: authserv_id is not set in {settings}: " +
        "no request can prove anything, and nobody gets it" })]
    [InlineData(", \"require_authentication\": { \"links\": \"full\" }", "", new[] { "settings.json:4: warning: require_authentication: authserv_id is not set: " +
        "no request can prove anything, and nobody gets what requires it" })]
    [InlineData(", \"require_authentication\": { \"links\": \"none\" }", ", \"require_authentication\": { \"attachments\": \"none\" }", new string[0])]
    [InlineData(", \"require_authentication\": { \"links\": \"full\" }, \"authserv_id\": \"mx\"", ", \"require_authentication\": { \"attachments\": \"full\" }", new string[0])]
    public void ProofThatNobodyCanGive_IsAWarning(string settings, string entry, string[] expected)
    {
        Book("tools", "tool.zip", more: entry);
        TestReply.TestOnlyKey(_folder);

        Assert.Equal(expected.Select(line => line.Replace("{settings}", _folder.PathTo("settings.json"), StringComparison.Ordinal)), Check(Dkim + settings));
    }

    [Fact]
    public void SigningKeyOpenToOthers_IsNamed()
    {
        Book("tools", "tool.zip");
        File.SetUnixFileMode(TestReply.TestOnlyKey(_folder).KeyFile, (UnixFileMode)Convert.ToInt32("644", 8));
        var key = _folder.PathTo("dkim.key");

        Assert.Equal([$"settings.json: dkim.key_file: DKIM key {key}: its mode 0644 lets others read or change it; run: chmod 0640 {key}"], Check(Dkim));
    }

    [Fact]
    public void SigningKeyThatIsNone_IsNamed()
    {
        Book("tools", "tool.zip");
        File.SetUnixFileMode(_folder.Write("dkim.key", "-----BEGIN PUBLIC KEY-----\n"), UnixFileMode.UserRead);

        Assert.Equal([$"settings.json: dkim.key_file: DKIM key {_folder.Path}/dkim.key: holds no RSA private key in PEM form; " +
            "make one with: responder dkim keygen"], Check(Dkim));
    }

    /// <remarks>A message would be signed with it, in vain: the filter has no time to look.</remarks>
    [Fact]
    public void SigningKeyWhoseNumbersDoNotFit_IsNamed()
    {
        Book("tools", "tool.zip");
        using var rsa = RSA.Create(2048);
        var damaged = rsa.ExportPkcs8PrivateKey();
        damaged[^200] ^= 1;
        File.SetUnixFileMode(_folder.Write("dkim.key", PemEncoding.WriteString("PRIVATE KEY", damaged)), UnixFileMode.UserRead);

        Assert.Equal([$"settings.json: dkim.key_file: DKIM key {_folder.Path}/dkim.key: holds no RSA private key in PEM form; " +
            "make one with: responder dkim keygen"], Check(Dkim));
    }

    [Fact]
    public void SigningDomainBesideFrom_IsAWarning()
    {
        Book("tools", "tool.zip");
        TestReply.TestOnlyKey(_folder);

        Assert.Equal(["settings.json: warning: dkim.domain: other.example is not the domain of response_from (example.com) " +
            "or above it; DMARC will not count the signature"], Check(Dkim.Replace("example.com", "other.example", StringComparison.Ordinal)));
    }

    [Fact]
    public void AddressKeyLostBesideItsDatabase_IsNamed()
    {
        Book("tools", "tool.zip");
        _folder.Write("responder.db", "");

        Assert.Equal([$"settings.json: address_key_file: address key {_folder.Path}/address.key: does not exist", Unsigned], Check());
    }

    [Theory]
    [InlineData("[]", 65)]
    [InlineData("{}", 78)]
    [InlineData("{", 78)]
    [InlineData("// a book\n[", 65)]
    public void KindOfFile_DecidesTheExitCode(string text, int expected)
    {
        var faults = new List<Fault>();

        Assert.Equal(expected, ConfigurationCheck.OfFile(_folder.Write("any.json", text), "/nowhere/settings.json", faults));

        Assert.NotEmpty(faults);
    }

    [Fact]
    public void MissingFile_IsNoInput() =>
        Assert.Equal(66, ConfigurationCheck.OfFile("/nowhere/any.json", "/nowhere/settings.json", []));

    [Fact]
    public void Check_MakesNothing()
    {
        Book("tools", "tool.zip");

        Check();

        Assert.Equal(["files", "responses.json", "settings.json"],
            Directory.GetFileSystemEntries(_folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    private void Book(string bucket, string file, string address = "get@example.com", string more = "") =>
        _folder.Write("responses.json", $$"""
            [
              { "email_addr": "{{address}}"{{more}},
                "body": "text", "attachments": [
                  ["{{bucket}}", "{{file}}", "tool.zip"]] }
            ]
            """);

    private List<string> CheckAttachment(
        string method, int bytes, long? postfixLimit, string sendmail = "/usr/sbin/sendmail")
    {
        Book("tools", "tool.zip", more: $", \"send_method\": \"{method}\"");
        using (var file = File.Create(_folder.PathTo("files/tools/tool.zip")))
            file.SetLength(bytes);
        if (!File.Exists(_folder.PathTo("dkim.key")))
            TestReply.TestOnlyKey(_folder);
        return Check($$"""{{Dkim}}, "ses": { "region": "eu-west-1" }""", sendmail, postfixLimit);
    }

    /// <summary>The faults, without the folder before the files' names.</summary>
    private List<string> Check(string more = "", string sendmail = "/nowhere/sendmail", long? postfixLimit = null)
    {
        var path = _folder.Write("settings.json", $$"""
            {
              "response_from": "get-help@example.com", "bounce_address": "bounces@example.com", "own_domains": ["example.com"],
              "response_book": "responses.json", "address_key_file": "address.key", "database": { "sqlite": "responder.db" },
              "send_method": "outbox", "sendmail": "{{sendmail}}"{{more}}
            }
            """);
        var faults = new List<Fault>();
        ConfigurationCheck.OfSettings(path, faults, postfixLimit);
        return [.. faults.Select(fault => (fault with { File = Path.GetFileName(fault.File) }).ToString())];
    }
}
