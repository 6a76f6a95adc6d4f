using System.Security.Cryptography;
using MailResponder.Doctor;
using MailResponder.Settings;
using MailResponder.Tests.Reply;
using MailResponder.Tests.Ses;

namespace MailResponder.Tests.Book;

/// <summary>The findings of <c>responder config check</c> beyond the two files themselves.</summary>
public sealed class ConfigurationChecks : IDisposable
{
    private const string Ses = "\"ses\": { \"region\": \"eu-west-1\" }, \"aws_roots\": \"roots.pem\"";
    private const string Unsigned =
        "settings.json: warning: dkim: is not set: replies go out unsigned and many will be treated as spam; " +
        "create a key with: responder dkim keygen FILE";

    private const string Dkim = """, "dkim": { "domain": "example.com", "selector": "test", "key_file": "dkim.key" }""";

    private readonly TemporaryFolder _folder = new();

    public ConfigurationChecks() => _folder.Write("files/tools/tool.zip", "tool");

    private string NoKey => $"settings.json:4: dkim.key_file: DKIM key {_folder.Path}/dkim.key: holds no RSA private "
        + "key in PEM form; restore it from a backup, or move it away, "
        + $"run responder dkim keygen {_folder.Path}/dkim.key, and publish its record";

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

        Assert.Equal(
            [Unsigned,
            $"responses.json:4: entry 1, attachments: attachment {_folder.Path}/files/tools/none.zip: does not exist"],
            Check());
    }

    [Fact]
    public void DomainThatIsNotOurs_IsAWarning()
    {
        Book("tools", "tool.zip", "get@example.org");

        Assert.Equal(
            [Unsigned,
            $"responses.json:2: warning: entry 1, email_addr: example.org is not in own_domains of "
            + $"{_folder.Path}/settings.json"], Check());
    }

    [Fact]
    public void MissingSendmail_IsNamed()
    {
        Book("tools", "tool.zip", more: ", \"send_method\": \"SMTP\"");

        Assert.Equal(
            [Unsigned,
            "responses.json:2: entry 1, send_method: /nowhere/sendmail does not exist; name the host's program"],
            Check());
    }

    /// <summary>CloudWatch's credentials are not checked: only root reads them, to send the metrics.</summary>
    [Theory]
    [InlineData("ses", "")]
    [InlineData("s3", """, "book_bucket": "books", "book_key": "book.json" """)]
    public void MissingCredentials_AreNamed(string service, string more)
    {
        Book("tools", "tool.zip");
        var section = $$"""
            , "{{service}}": { "region": "eu-west-1", "credentials_file": "none"{{more}} }, "aws_roots": "roots.pem"
            """;

        Assert.Contains(Check(section), fault => fault.StartsWith(
            $"settings.json:4: {service}.credentials_file: AWS credentials file {_folder.Path}/none: ",
            StringComparison.Ordinal));
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

    /// <summary>The arguments are file sizes. A file of 57 bytes takes 78 bytes on the wire.</summary>
    [Theory]
    [InlineData("ses", 7_700_000, 31_457_280L, "10.0 MB, but Amazon SES accepts 10 MB",
        "use send_method sendmail for it")]
    [InlineData("ses", 20_000_000, null, "26.1 MB, but Amazon SES accepts 10 MB", "attach less, or link to it")]
    [InlineData("sendmail", 7_500_000, 10_240_000L, "9.8 MB, but Postfix accepts 9.8 MB (message_size_limit)",
        "run: postconf -e message_size_limit=31457280; then: postfix reload")]
    [InlineData("sendmail", 19_200_000, 0L, "25.1 MB, but large providers accept 25 MB", "attach less, or link to it")]
    public void AttachmentsTooLargeForTheirWay_AreNamed(
        string method, int bytes, long? postfixLimit, string sizes, string remedy) =>
        Assert.Equal([$"responses.json:2: entry 1, attachments: encoded they are {sizes}: "
            + $"the entry would go out without them; {remedy}"], CheckAttachment(method, bytes, postfixLimit));

    /// <summary>The links make 20 GB. The check does not build them to measure them.</summary>
    [Theory]
    [InlineData("outbox")]
    [InlineData("sendmail")]
    public void LinksThatNoMailHasRoomFor_AreNamed(string method)
    {
        var link = "https://a.example/" + new string('x', 1000);
        var links = string.Join(",", Enumerable.Range(0, 10_000).Select(i => $"\"{link}{i}\""));
        var body = string.Concat(Enumerable.Repeat("{{m}} ", 2000));
        _folder.Write("responses.json",
            $"{{ \"pools\": {{ \"m\": {{ \"each\": 10000, \"days\": 1, \"links\": [{links}] }} }},"
            + $"\n\"entries\": [\n{{ \"email_addr\": \"get@example.com\", \"body\": \"{body}\" }}] }}");
        Assert.Contains(Check(method: method, sendmail: "/bin/true"), fault => fault.StartsWith(
            "responses.json:3: entry 1, body: with the longest links it has 194", StringComparison.Ordinal));
    }

    [Fact]
    public void LimitOfPostfix_IsNotThatOfAnotherProgram()
    {
        Assert.Single(CheckAttachment("sendmail", 10_000_000, 1_000_000));
        Assert.Empty(CheckAttachment("sendmail", 10_000_000, 1_000_000, "/bin/true"));
    }

    [Theory]
    [InlineData("get", "", ", \"require_authentication\": { \"attachments\": \"weak\" }",
        new[] { "responses.json:2: warning: entry 1, require_authentication: authserv_id is not set in {settings}: " +
        "no sender can be verified, and nobody gets it" })]
    [InlineData("get", ", \"require_authentication\": { \"links\": \"full\" }", "",
        new[] { "settings.json:4: warning: require_authentication: authserv_id is not set: " +
        "no sender can be verified, and nobody gets what requires it" })]
    [InlineData("get", ", \"require_authentication\": { \"links\": \"none\" }",
        ", \"require_authentication\": { \"attachments\": \"none\" }", new string[0])]
    [InlineData("*", ", \"require_authentication\": { \"links\": \"full\" }, \"authserv_id\": \"mx\"",
        ", \"require_authentication\": { \"attachments\": \"full\" }", new string[0])]
    [InlineData("*", ", \"authserv_id\": \"mx\"",
        ", \"require_authentication\": { \"links\": \"weak\" }", new string[0])]
    // Mail to addresses that nobody uses is mostly spam, and its senders are forged.
    [InlineData("*", ", \"authserv_id\": \"mx\"", "",
        new[] { "responses.json:2: warning: entry 1, require_authentication: is not set: spam to any address of the " +
        "domain sends a reply to the forged sender; add \"require_authentication\": { \"links\": \"weak\" } " +
        "(or \"none\", if that is meant)" })]
    public void ProofThatNobodyCanGive_OrThatIsMissing_IsAWarning(
        string name, string settings, string entry, string[] expected)
    {
        Book("tools", "tool.zip", name + "@example.com", entry);
        TestReply.TestOnlyKey(_folder);

        string In(string line) => line.Replace("{settings}", _folder.PathTo("settings.json"), StringComparison.Ordinal);
        Assert.Equal(expected.Select(In), Check(Dkim + settings));
    }

    [Fact]
    public void MissingAuthoritiesOfAws_AreNamed()
    {
        Book("tools", "tool.zip");
        TestReply.TestOnlyKey(_folder);
        Assert.Equal([$"settings.json:4: aws_roots: aws_roots {_folder.Path}/roots.pem: does not exist"],
            Check($"{Dkim}, {Ses}"));
    }

    [Fact]
    public void SigningKeyOpenToOthers_IsNamed()
    {
        Book("tools", "tool.zip");
        File.SetUnixFileMode(TestReply.TestOnlyKey(_folder).KeyFile, (UnixFileMode)Convert.ToInt32("644", 8));
        var key = _folder.PathTo("dkim.key");

        Assert.Equal(
            [$"settings.json:4: dkim.key_file: DKIM key {key}: its mode 0644 lets others read or change it; run: "
            + $"chmod 0640 {key}"], Check(Dkim));
    }

    [Fact]
    public void SigningKeyThatIsNone_IsNamed()
    {
        Book("tools", "tool.zip");
        File.SetUnixFileMode(_folder.Write("dkim.key", "-----BEGIN PUBLIC KEY-----\n"), UnixFileMode.UserRead);
        Assert.Equal([NoKey], Check(Dkim));
    }

    /// <remarks>A message would be signed with it in vain, because the filter has no time for this check.</remarks>
    [Fact]
    public void SigningKeyWhoseNumbersDoNotFit_IsNamed()
    {
        Book("tools", "tool.zip");
        using var rsa = RSA.Create(2048);
        var damaged = rsa.ExportPkcs8PrivateKey();
        damaged[^200] ^= 1;
        File.SetUnixFileMode(_folder.Write("dkim.key", PemEncoding.WriteString("PRIVATE KEY", damaged)),
            UnixFileMode.UserRead);
        Assert.Equal([NoKey], Check(Dkim));
    }

    [Fact]
    public void SigningDomainBesideFrom_IsAWarning()
    {
        Book("tools", "tool.zip");
        TestReply.TestOnlyKey(_folder);

        Assert.Equal(
            ["settings.json:4: warning: dkim.domain: other.example is neither the domain of response_from "
                + "(example.com) nor above it; DMARC will not count the signature"],
            Check(Dkim.Replace("example.com", "other.example", StringComparison.Ordinal)));
    }

    [Fact]
    public void AddressKeyLostBesideItsDatabase_IsNamed()
    {
        Book("tools", "tool.zip");
        _folder.Write("responder.db", "");

        Assert.Equal(
            [$"settings.json:3: address_key_file: address key {_folder.Path}/address.key: does not exist", Unsigned],
            Check());
    }

    [Theory]
    [InlineData("[]", 65)]
    [InlineData("{}", 78)]
    [InlineData("{", 78)]
    [InlineData("// a book\n[", 65)]
    [InlineData("{ \"email_addr\": \"get@example.com\", \"body\": \"x\", \"send_method\": \"ses\" }", 65)]
    [InlineData("{ \"responses\": [] }", 65)]
    [InlineData("{ \"respons_from\": \"get@example.com\" }", 78)]
    public void KindOfFile_DecidesTheExitCode(string text, int expected)
    {
        var faults = new List<Fault>();

        Assert.Equal(expected, ConfigurationCheck.OfFile(
            _folder.Write("any.json", text), "/nowhere/settings.json", faults));

        Assert.NotEmpty(faults);
    }

    [Fact]
    public void MissingBook_IsNamedWithWhatToDo() => Assert.Equal(
        [Unsigned, "responses.json: does not exist; write the response book, or correct response_book in the settings"],
        Check());

    [Fact]
    public void OutboxThatIsAFile_IsNamed()
    {
        Book("tools", "tool.zip");
        _folder.Write("outbox", "");

        Assert.Equal(
            [Unsigned,
            $"settings.json:4: outbox: {_folder.Path}/outbox is a file, but a folder is needed; move it away, or "
            + $"name another folder"],
            Check(", \"outbox\": \"outbox\""));
        Assert.Equal(
            [Unsigned,
            $"settings.json:4: outbox: {_folder.Path}/outbox/in cannot be created: {_folder.Path}/outbox is a file, "
            + "but a folder is needed; move it away, or name another folder"], Check(", \"outbox\": \"outbox/in\""));
    }

    [Theory]
    [InlineData("text", 0x1A4, "may not be run by the user root; if it is a program, run: chmod 0755 {path}")]
    [InlineData("text", 0x1ED, "is not a program; a script must begin with a line like #!/bin/sh")]
    [InlineData("", 0x1ED, "is not a program; a script must begin with a line like #!/bin/sh")]
    [InlineData("#!/bin/sh\n", 0x1ED, null)]
    [InlineData(null, 0, "is a folder; name the program in it")]
    public void SendmailThatCannotRun_IsNamed(string? text, int mode, string? trouble)
    {
        Book("tools", "tool.zip");
        if (text is null)
            Directory.CreateDirectory(_folder.PathTo("sendmail"));
        else
            File.SetUnixFileMode(_folder.Write("sendmail", text), (UnixFileMode)mode);

        List<string> expected = trouble is null ? [Unsigned]
            : [Unsigned, $"settings.json:4: sendmail: {_folder.Path}/sendmail "
                + trouble.Replace("{path}", _folder.PathTo("sendmail"), StringComparison.Ordinal)];
        Assert.Equal(expected, Check("", sendmail: "sendmail", method: "sendmail"));
    }

    [Theory]
    [InlineData(
        "none/r.db", "warning: database.sqlite: there is no folder {folder}/none; the first message creates it, "
            + "if the path is right")]
    [InlineData(
        "file/r.db",
        "database.sqlite: {folder}/file is a file, but a folder is needed; move it away, or name another folder")]
    [InlineData(
        "file", "database.sqlite: {folder}/file is not an SQLite database; correct the path, or move the file away")]
    [InlineData("files", "database.sqlite: {folder}/files: is a folder, not a file")]
    [InlineData("/dev/null", "database.sqlite: /dev/null: is a device, not a file")]
    public void DatabaseThatCannotBe_IsNamed(string path, string fault)
    {
        Book("tools", "tool.zip");
        _folder.Write("file", "no database");
        File.SetUnixFileMode(_folder.Write("address.key", new string('0', 64) + "\n"), UnixFileMode.UserRead);

        Assert.Equal(
            [Unsigned, "settings.json:3: " + fault.Replace("{folder}", _folder.Path, StringComparison.Ordinal)],
            Check(database: path));
        Assert.False(Directory.Exists(_folder.PathTo("none")));
    }

    [Fact]
    public void EntryThatIsThereTwice_IsNamed()
    {
        const string entry = "{ \"email_addr\": \"get@example.com\", \"body\": \"text\" }";
        _folder.Write(
            "responses.json", $"[\n{entry},\n{entry.Replace("text", "more", StringComparison.Ordinal)},\n{entry}\n]");

        Assert.Equal(
            [Unsigned, "responses.json:4: entry 3: is the same as entry 1 (line 2); remove one of them"], Check());
    }

    [Theory]
    [InlineData(
        "support@example.com", "belongs to people, who would no longer get their mail (RFC 2142); use another one")]
    [InlineData(
        "postmaster@example.com", "belongs to people, who would no longer get their mail (RFC 2142); use another one")]
    [InlineData(
        "get-help@example.com",
        "is the address that replies come from (response_from), whose mail a person reads; use another one")]
    [InlineData("bounces@example.com", "is the address that bounces go to (bounce_address); use another one")]
    [InlineData("supporters@example.com", null)]
    public void AddressThatIsNotTheBooks_IsNamed(string address, string? problem)
    {
        Book("tools", "tool.zip", address);

        List<string> expected = problem is null ? [Unsigned]
            : [Unsigned, $"responses.json:2: entry 1, email_addr: {address} {problem}"];
        Assert.Equal(expected, Check());
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
        using var chain = new TlsChain();
        _folder.Write("roots.pem", chain.Root.ExportCertificatePem());
        return Check($"{Dkim}, {Ses}", sendmail, postfixLimit: postfixLimit);
    }

    /// <summary>Returns the faults, without the folder in front of the file names.</summary>
    private List<string> Check(
        string more = "", string sendmail = "/nowhere/sendmail", string method = "outbox",
        string database = "responder.db", long? postfixLimit = null)
    {
        var path = _folder.Write("settings.json", $$"""
            { "own_domains": ["example.com"],
              "response_from": "get-help@example.com", "bounce_address": "bounces@example.com",
              "address_key_file": "address.key", "database": { "sqlite": "{{database}}" },
              "response_book": "responses.json", "send_method": "{{method}}", "sendmail": "{{sendmail}}"{{more}}
            }
            """);
        var faults = new List<Fault>();
        ConfigurationCheck.OfSettings(path, faults, postfixLimit);
        return [.. faults.Select(fault => (fault with { File = Path.GetFileName(fault.File) }).ToString())];
    }
}
