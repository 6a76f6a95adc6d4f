using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using MailResponder.Tests.Book.Signature;
using MailResponder.Tests.Host;

namespace MailResponder.Tests.Program;

/// <summary>Tests `responder config install`: a new book is put in force as a whole, or not at all.</summary>
public sealed class ConfigInstallTests(Minisign minisign) : IClassFixture<Minisign>, IDisposable
{
    private readonly Workplace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public void GoodBook_IsShownAndInForceAtTheNextMessage()
    {
        _place.Book[0]!["body"] = "Other links\n";
        _place.Book[1]!["subject"] = "The tool";
        _place.Book[1]!["attachments"]!.AsArray().Add(new JsonArray("tools", "tool.zip", "again.zip"));
        _place.Book.RemoveAt(2);
        _place.Book[2]!["send_method"] = "outbox";
        _place.Book[2]!["require_authentication"] = new JsonObject { ["links"] = "none" };
        _place.Book.Add(JsonNode.Parse("""{ "email_addr": "new@example.com", "body": "New links" }"""));

        var run = Install(_place.Book.ToJsonString());

        Assert.True(run.ExitCode == 0, run.OutputText + run.Errors);
        Assert.Equal(
            $"""
            get@example.com: reply 1 has a different body; reply 2 has a different list of attachments, subject
            fa@example.com: reply 1 has a different send_method, require_authentication
            new@example.com: new, 1 reply
            links@example.com: no longer answered
            4 address(es) changed; the new book has 3
            in force: {_place.PathTo("responses.json")}

            """, run.OutputText);
        Assert.Equal(File.ReadAllText(_place.PathTo("new.json")), File.ReadAllText(_place.PathTo("responses.json")));
        _place.Filter(RequestMail.FromSomebodyNew(), "--recipient", "new@example.com").AssertDone();
        Assert.Contains("New links", File.ReadAllText(_place.Outbox[0]), StringComparison.Ordinal);
        Assert.Contains(
            "0 address(es) changed; the new book has 3\n", Install(_place.Book.ToJsonString()).OutputText,
            StringComparison.Ordinal);
    }

    [Fact]
    public void FaultyBookOfNow_IsReplaced()
    {
        File.WriteAllText(_place.PathTo("responses.json"), "[ { \"email_addr\": ");

        var run = Install("""[ { "email_addr": "new@example.com", "body": "New links" } ]""");

        Assert.True(run.ExitCode == 0, run.OutputText + run.Errors);
        Assert.StartsWith(
            "there is no good book to compare with: every address is shown as new\nnew@example.com: new, 1 reply\n",
            run.OutputText, StringComparison.Ordinal);
    }

    [Fact]
    public void FaultyBookOfNow_IsComparedByTheLastGoodOne()
    {
        Assert.Equal(0, Install(_place.Book.ToJsonString()).ExitCode);
        File.WriteAllText(_place.PathTo("responses.json"), "[ { \"email_addr\": ");
        _place.Book[0]!["body"] = "Other links\n";

        var run = Install(_place.Book.ToJsonString());

        Assert.True(run.ExitCode == 0, run.OutputText + run.Errors);
        Assert.StartsWith(
            """
            the present book has a fault: compared with the last good one
            get@example.com: reply 1 has a different body
            1 address(es) changed; the new book has 3

            """, run.OutputText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[ { \"email_addr\": ", 65, "is not valid JSON")]
    [InlineData("[]", 65, "has no entry")]
    [InlineData(
        """[ { "email_addr": "get@example.com", "body": "x", "attachments": [["tools", "none.zip", "none.zip"]] } ]""",
        65, "none.zip: does not exist")]
    [InlineData(
        """[ { "email_addr": "get-help@example.com", "body": "x" } ]""", 65, "is the address that replies come from")]
    [InlineData(null, 66, "new.json: does not exist")]
    public void FaultyBook_ChangesNothing(string? text, int exitCode, string fault)
    {
        var before = File.ReadAllText(_place.PathTo("responses.json"));

        var run = Install(text);

        Assert.Equal(exitCode, run.ExitCode);
        Assert.Contains(fault, run.Errors, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllText(_place.PathTo("responses.json")));
        _place.Filter(RequestMail.FromSomebodyNew()).AssertDone();
        Assert.Equal(2, _place.Outbox.Count);
    }

    /// <summary>A book whose signature is of another version would be refused by every message.</summary>
    [Fact]
    public void FullDisk_KeepsBookAndSignatureTogether()
    {
        const string book = """[ { "email_addr": "get@example.com", "body": "{0}" } ]""";
        var small = _place.PathTo("small");
        Directory.CreateDirectory(small);
        Run("mount", "-t", "tmpfs", "-o", "size=64k", "none", small);
        try
        {
            _place.Settings["response_book"] = "small/responses.json";
            _place.Settings["signed_by"] = new JsonArray(minisign.PublicKey);
            _place.Write();
            Assert.Equal(0, Sign(book.Replace("{0}", "old", StringComparison.Ordinal)).ExitCode);
            File.WriteAllBytes(small + "/filling", new byte[40 * 1024]);

            var run = Sign(book.Replace("{0}", new string('x', 20_000), StringComparison.Ordinal));

            Assert.Equal(73, run.ExitCode);
            Assert.EndsWith("not put in force: nothing was changed\n", run.OutputText, StringComparison.Ordinal);
            Assert.Contains("small/responses.json: the disk is full", run.Errors, StringComparison.Ordinal);
            var check = _place.Command("config", "check");
            Assert.True(check.ExitCode == 0, check.OutputText);
            Assert.Empty(Directory.GetFiles(small, "*.new"));
        }
        finally
        {
            Run("umount", small);
        }
    }

    private ProgramRun Sign(string text)
    {
        Directory.CreateDirectory(_place.PathTo("new"));
        File.WriteAllText(_place.PathTo("new/responses.json"), text);
        File.WriteAllBytes(_place.PathTo("new/responses.json.minisig"),
            minisign.SignatureOf(Encoding.UTF8.GetBytes(text), "responses.json"));
        return _place.Command("config", "install", _place.PathTo("new/responses.json"));
    }

    /// <summary>
    /// As on a host made by install.sh, root owns the configuration, and the service owns the files it writes.
    /// </summary>
    [Fact]
    public void InstalledByRoot_IsReadableForTheService()
    {
        _place.Settings["database"] = new JsonObject { ["sqlite"] = "state/responder.db" };
        _place.Settings["postfix_maps"] = "state/postfix";
        _place.Write();
        Directory.CreateDirectory(_place.PathTo("state"));
        Run("chown", "mail_responder:", _place.PathTo("state"));
        Run(
            "chown", "root:mail_responder", _place.PathTo("responses.json"), _place.PathTo("dkim.key"),
            _place.PathTo("settings.json"));
        File.SetUnixFileMode(_place.PathTo("responses.json"), (UnixFileMode)0x1A0);
        File.SetUnixFileMode(_place.PathTo("dkim.key"), (UnixFileMode)0x1A0);
        File.SetUnixFileMode(_place.Folder, (UnixFileMode)0x1ED);
        var inode = Stat("%i", "responses.json");

        var run = Install("""[ { "email_addr": "new@example.com", "body": "New links" } ]""");

        Assert.True(run.ExitCode == 0, run.OutputText + run.Errors);
        Assert.EndsWith("maps: changed; run: postfix reload\n", run.OutputText, StringComparison.Ordinal);
        Assert.Equal("root mail_responder 640", Stat("%U %G %a", "responses.json"));
        Assert.NotEqual(inode, Stat("%i", "responses.json"));
        var rendered = Path.GetRelativePath(
            _place.Folder, Assert.Single(Directory.GetDirectories(_place.PathTo("state/responder.db.rendered"))));
        Assert.Equal("mail_responder", Stat("%U", rendered + "/addresses"));
        Assert.Contains(
            "new@example.com OK", File.ReadAllText(_place.PathTo("state/postfix/addresses")), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_place.Folder, "*.new"));

        File.Delete(_place.PathTo("responses.json"));
        Assert.Equal(0, Install("""[ { "email_addr": "new@example.com", "body": "New links" } ]""").ExitCode);
        Assert.Equal("root mail_responder 640", Stat("%U %G %a", "responses.json"));
    }

    [Fact]
    public void BookInForceItself_IsNotInstalled()
    {
        var run = _place.Command("config", "install", _place.PathTo("responses.json"));
        Assert.Equal(64, run.ExitCode);
        Assert.Contains("is the book in force itself", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void WithS3_TheBookIsToBeUploaded()
    {
        _place.Settings["s3"] = JsonNode.Parse(
            """{ "region": "eu-west-1", "book_bucket": "config", "book_key": "book.json" }""");
        _place.Write();
        var run = Install("[]");
        Assert.Equal(78, run.ExitCode);
        Assert.Contains(
            "upload the book to s3://config/book.json, then run: responder config pull", run.Errors,
            StringComparison.Ordinal);
    }

    private ProgramRun Install(string? text)
    {
        if (text is not null) File.WriteAllText(_place.PathTo("new.json"), text);
        return _place.Command("config", "install", _place.PathTo("new.json"));
    }

    private string Stat(string format, string file)
    {
        var start = new ProcessStartInfo("stat", ["-c", format, _place.PathTo(file)]) { RedirectStandardOutput = true };
        using var stat = Process.Start(start)!;
        return stat.StandardOutput.ReadToEnd().TrimEnd();
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
