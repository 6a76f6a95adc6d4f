using System.Diagnostics;
using System.Text.Json.Nodes;
using MailResponder.Tests.Mail;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.Ses;

/// <summary>
/// Runs the published program against npm's aws-ses-local, an SES written by others. It accepts requests of 100 kB, and
/// returns a path as message id.
/// </summary>
public sealed class AwsSesLocalTests : IDisposable
{
    private readonly Workplace _place = new();
    private readonly Process _server;
    private readonly string _url;

    public AwsSesLocalTests()
    {
        var port = Loopback.FreePort();
        _url = $"http://127.0.0.1:{port}/";
        _server = Process.Start(new ProcessStartInfo(
            "node", [Script, "--port", $"{port}", "--outputDir", _place.PathTo("received")])
        {
            WorkingDirectory = _place.Folder,
            RedirectStandardOutput = true,
        })!;
        _server.OutputDataReceived += static (_, _) => { };
        _server.BeginOutputReadLine();
        Patience.Until("aws-ses-local to listen", () => Loopback.Listens(port));
        _place.WriteSecret("credentials", "[default]\naws_access_key_id = AKIAANY\naws_secret_access_key = any\n");
        _place.Settings["send_method"] = "ses";
        _place.Settings["ses"] = new JsonObject
        {
            ["region"] = "eu-west-1",
            ["endpoint"] = _url,
            ["credentials_file"] = "credentials",
        };
        File.WriteAllBytes(_place.PathTo("files/tools/tool.zip"), _place.Attachment[..10_000]);
        _place.Write();
    }

    /// <summary>The server's program. run.sh installs it and sets its path.</summary>
    private static string Script => NpmPackage.PathTo("aws-ses-local/build/server.js");

    [Fact]
    public void Replies_ArriveWhole()
    {
        _place.Filter(RequestMail.FromSomebodyNew()).AssertDone();

        var received = Directory.GetFiles(_place.PathTo("received"), "raw-message", SearchOption.AllDirectories);
        Assert.Contains(" replies=2 ", _place.Log.Reports[^1], StringComparison.Ordinal);
        Assert.Contains(" receipts=ses:/", _place.Log.Reports[^1], StringComparison.Ordinal);
        // Two replies in the same millisecond get one folder, in which the second replaces the first.
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
        File.WriteAllBytes(_place.PathTo("files/tools/tool.zip"), new byte[100_000]);
        _place.Write();
        _place.Filter(RequestMail.FromSomebodyNew()).AssertDone();
        Assert.Contains("(without-attachments)", _place.Log.Reports[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void StoppedServer_DefersUntilItIsBack()
    {
        _server.Kill();
        _server.WaitForExit();
        _place.Filter(RequestMail.FromSomebodyNew()).AssertDeferred();
        Assert.Contains("no connection to SES", _place.Log.Reports[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void ActionThatItDoesNotKnow_IsAnError()
    {
        var run = _place.Command("ses", "quota");
        Assert.Equal(75, run.ExitCode);
        Assert.StartsWith("responder: SES ", run.Errors, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        if (!_server.HasExited) _server.Kill();
        _server.WaitForExit();
        _server.Dispose();
        _place.Dispose();
    }
}
