using System.Diagnostics;
using System.Text.Json.Nodes;
using MailResponder.Tests.Mail;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.Ses;

/// <summary>
/// The published program against aws-ses-local of npm: an SES that others wrote. It takes requests of 100 kB, and what
/// it answers as message id is a path.
/// </summary>
public sealed class AwsSesLocalTests : IDisposable
{
    readonly Workplace place = new();
    readonly Process server;
    readonly string url;

    public AwsSesLocalTests()
    {
        var port = Loopback.FreePort();
        url = $"http://127.0.0.1:{port}/";
        server = Process.Start(new ProcessStartInfo(
            "node", [Script, "--port", $"{port}", "--outputDir", place.PathTo("received")])
        {
            WorkingDirectory = place.Folder,
            RedirectStandardOutput = true,
        })!;
        server.OutputDataReceived += static (_, _) => { };
        server.BeginOutputReadLine();
        Patience.Until("aws-ses-local to listen", () => Loopback.Listens(port));
        place.WriteSecret("credentials", "[default]\naws_access_key_id = AKIAANY\naws_secret_access_key = any\n");
        place.Settings["send_method"] = "ses";
        place.Settings["ses"] = new JsonObject
        {
            ["region"] = "eu-west-1",
            ["endpoint"] = url,
            ["credentials_file"] = "credentials",
        };
        File.WriteAllBytes(place.PathTo("files/tools/tool.zip"), place.Attachment[..10_000]);
        place.Write();
    }

    /// <summary>The server's program; run.sh installs it and says where it is.</summary>
    static string Script => NpmPackage.PathTo("aws-ses-local/build/server.js");

    [Fact]
    public void Replies_ArriveWhole()
    {
        place.Filter(RequestMail.FromSomebodyNew()).AssertDone();

        var received = Directory.GetFiles(place.PathTo("received"), "raw-message", SearchOption.AllDirectories);
        Assert.Contains(" replies=2 ", place.Log.Reports[^1], StringComparison.Ordinal);
        Assert.Contains(" receipts=ses:/", place.Log.Reports[^1], StringComparison.Ordinal);
        // Two replies of one millisecond go into one folder, where the second replaces the first.
        Assert.NotEmpty(received);
        Assert.All(ReadMail.All(received), mail =>
        {
            Assert.True(mail.IsSignedByUs);
            Assert.Empty(mail.Defects);
            Assert.Equal("auto-replied", mail["Auto-Submitted"]);
        });
    }

    [Fact]
    public void RequestLongerThanItTakes_LeavesTheText()
    {
        File.WriteAllBytes(place.PathTo("files/tools/tool.zip"), new byte[100_000]);
        place.Write();
        place.Filter(RequestMail.FromSomebodyNew()).AssertDone();
        Assert.Contains("(without-attachments)", place.Log.Reports[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void StoppedServer_DefersUntilItIsBack()
    {
        server.Kill();
        server.WaitForExit();
        place.Filter(RequestMail.FromSomebodyNew()).AssertDeferred();
        Assert.Contains("no connection to SES", place.Log.Reports[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void ActionThatItDoesNotKnow_IsAnError()
    {
        var run = place.Command("ses", "quota");
        Assert.Equal(75, run.ExitCode);
        Assert.StartsWith("responder: SES ", run.Errors, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        if (!server.HasExited) server.Kill();
        server.WaitForExit();
        server.Dispose();
        place.Dispose();
    }
}
