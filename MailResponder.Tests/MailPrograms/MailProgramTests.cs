using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using MailResponder.Tests.Mail;
using MailResponder.Tests.Postfix;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.MailPrograms;

/// <summary>
/// Sends requests with real mail programs (send.sh) through Postfix, and saves the attachments of the replies with real
/// mail programs (read.sh).
/// </summary>
[Collection("Postfix")]
public sealed class MailProgramTests(MailProgramTests.Tools route) : IClassFixture<MailProgramTests.Tools>
{
    private static readonly byte[] Guide = Encoding.UTF8.GetBytes("راهنما\nhttps://example.com/guide\n");

    /// <summary>The names of three attachments, one of them ASCII, in programs that know RFC 2231.</summary>
    private static readonly string[] ShownNames = ["ابزار.zip", "راهنما.txt", "tool.exe"];

    /// <summary>Their names in programs that do not.</summary>
    private static readonly string[] FallbackNames = ["attachment-1.zip", "attachment-2.txt", "tool.exe"];

    private static readonly Dictionary<string, string[]> Readers = new()
    {
        ["mhstore"] = ShownNames,
        ["perl"] = ShownNames,
        ["mailparser"] = ShownNames,
        ["letterparser"] = FallbackNames,
        ["munpack"] = FallbackNames,
        // ripmime saves each attachment under both names.
        ["ripmime"] = FallbackNames,
    };

    [Theory]
    [InlineData("mutt")]
    [InlineData("s-nail")]
    [InlineData("bsd-mailx")]
    [InlineData("swaks")]
    [InlineData("msmtp")]
    [InlineData("alpine")]
    [InlineData("nmh")]
    [InlineData("git")]
    [InlineData("perl")]
    [InlineData("nodemailer")]
    public void Request_IsAnsweredWithAMailThatAllRead(string sender)
    {
        var from = $"zahra.{Guid.NewGuid():N}@freemail.test";
        var port = route.Postfix.Port.ToString(CultureInfo.InvariantCulture);
        using (var folder = new TemporaryFolder())
            Run("send.sh", folder.Path, sender, port, from, "fa@example.com");
        route.Postfix.WaitUntilQueueIsEmpty();

        var reply = Assert.Single(
            route.Place.Outbox, file => File.ReadAllText(file).Contains(from, StringComparison.Ordinal));
        var read = Assert.Single(ReadMail.All([reply]));
        Assert.Empty(read.Defects);
        Assert.True(read.IsSignedByUs);
        Assert.Equal(from, read["To"]);
        Assert.All(Readers, reader => AssertWhole(reader.Key, reply, reader.Value));
    }

    private void AssertWhole(string reader, string reply, string[] names)
    {
        using var folder = new TemporaryFolder();
        Run("read.sh", folder.Path, reader, reply);
        var saved = string.Join(", ", Directory.GetFiles(folder.Path).Select(Path.GetFileName));
        byte[][] contents = [route.Place.Attachment, Guide, route.Place.Attachment];
        foreach (var (name, content) in names.Zip(contents))
        {
            var file = folder.PathTo(name);
            Assert.True(File.Exists(file), $"{reader} saved {saved}, and not {name}");
            Assert.Equal(content, File.ReadAllBytes(file));
        }
    }

    /// <summary>Runs a script of this folder in another folder.</summary>
    private static void Run(string script, string folder, params string[] arguments)
    {
        // Tells what to do if npm's packages are missing.
        NpmPackage.PathTo("nodemailer/package.json");
        var path = Repository.PathTo("MailResponder.Tests", "MailPrograms", script);
        using var process = Process.Start(new ProcessStartInfo("timeout", ["120", "sh", path, .. arguments])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0,
            $"{script} {arguments[0]}: exit {process.ExitCode}\n{output.Result}{errors}"
            + "(run.sh installs what is missing)");
    }

    public sealed class Tools : Route
    {
        public Tools() : base("main-relay-domains.cf")
        {
            File.WriteAllBytes(Place.PathTo("files/tools/guide.txt"), Guide);
            Place.Book[3]!["attachments"] = JsonNode.Parse("""
                [["tools", "tool.zip", "ابزار.zip"], ["tools", "guide.txt", "راهنما.txt"],
                 ["tools", "tool.zip", "tool.exe"]]
                """);
            Place.Write();
            Place.GiveTo("mail_responder");
        }
    }
}
