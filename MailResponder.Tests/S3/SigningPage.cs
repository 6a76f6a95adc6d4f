using System.Text.Json.Nodes;
using MailResponder.Tests.Host;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.S3;

/// <summary>
/// Runs the commands of docs/signing.md, one block after the other, and lets a host use the resulting files.
/// </summary>
public sealed class SigningPage(S3Server server) : IClassFixture<S3Server>
{
    [Fact]
    public void FilesMadeAsThePageSays_AreTaken()
    {
        using var host = new PulledHost(server);
        using var folder = new TemporaryFolder();
        var book = folder.Write("example-config/responses.json", """
            [ { "email_addr": "get@example.com", "body": "The program is attached.",
                "attachments": [["example-tools", "tool.zip", "tool.zip"]] } ]
            """ + "\n");
        folder.Write("example-tools/tool.zip", "the program");

        var script = folder.Write("commands", $"cd {folder.Path}\n" + Commands());
        ToolRun.Of("/usr/bin/python3", Repository.PathTo("MailResponder.Tests", "S3", "at_terminal.py"), script)
            .AssertDone();

        Upload(folder, "example-config",
            "responses.json", "responses.json.minisig", "SHA256SUMS", "SHA256SUMS.minisig");
        Upload(folder, "example-tools", "tool.zip");
        host.Place.Settings["s3"]!["book_bucket"] = "example-config";
        host.Place.Settings["s3"]!["book_key"] = "responses.json";
        host.Place.Settings["signed_by"] = new JsonArray(File.ReadAllLines(folder.PathTo("responder.pub"))[^1]);
        host.Place.Write();
        var run = host.Pull();
        Assert.True(run.ExitCode == 0, run.Errors);
        var check = host.Place.Command("config", "check").OutputText;
        Assert.Contains("file:responses.json Anna and Ben, new mirrors\"", check, StringComparison.Ordinal);
        Assert.Contains(" file:SHA256SUMS hashed\"", check, StringComparison.Ordinal);
        host.Place.Filter(RequestMail.FromSomebodyNew()).AssertDone();
        Assert.Contains("dGhlIHByb2dyYW0=", File.ReadAllText(host.Place.Outbox[0]), StringComparison.Ordinal);

        // The same without S3.
        host.Place.Settings.Remove("s3");
        host.Place.Write();
        File.Delete(host.BookInForce + ".minisig");
        var install = host.Place.Command("config", "install", book);
        Assert.True(install.ExitCode == 0, install.Errors);
        Assert.True(File.Exists(host.BookInForce + ".minisig"));
    }

    private void Upload(TemporaryFolder folder, string bucket, params string[] files)
    {
        server.MakeBucket(bucket);
        foreach (var file in files)
            server.Put(bucket, file, File.ReadAllBytes(folder.PathTo($"{bucket}/{file}")));
    }

    private static string Commands()
    {
        var blocks = File.ReadAllText(Repository.PathTo("docs", "signing.md")).Split("```sh\n")[1..];
        Assert.Equal(4, blocks.Length);
        return string.Concat(blocks.Select(block => block.Split("```")[0]));
    }
}
