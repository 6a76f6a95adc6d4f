using MailResponder.Tests.Host;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.S3;

/// <summary>Pulls that end in the middle of a file, each with an older good book in force.</summary>
public sealed class CutPullTests(S3Server server) : IClassFixture<S3Server>
{
    [Fact]
    public void ConnectionCut_LeavesTheOldFilesWhole()
    {
        using var cut = new HalfAnswer(stall: false);
        using var host = PulledHost.WithGoodBook(server);
        host.Place.Settings["s3"]!["endpoint"] = cut.Endpoint;
        host.Place.Write();
        var run = host.Pull();
        Assert.True(run.ExitCode == 69, $"{run.ExitCode}: {run.Errors}");
        Assert.Contains("/book.json: the connection was cut", run.Errors, StringComparison.Ordinal);
        host.AssertGoodBookInForce();
    }

    [Fact]
    public void ConnectionCutInAnAttachment_IsNoFaultOfTheBook()
    {
        using var host = PulledHost.WithGoodBook(server);
        using var cut = new HalfAnswer(stall: false, book: $$"""
            [ { "email_addr": "get@example.com", "body": "x",
                "attachments": [["{{host.FilesBucket}}", "b.bin", "tool.bin"]] } ]
            """);
        host.Place.Settings["s3"]!["endpoint"] = cut.Endpoint;
        host.Place.Write();
        var run = host.Pull();
        Assert.True(run.ExitCode == 69, $"{run.ExitCode}: {run.Errors}");
        Assert.Contains("/b.bin: the connection was cut", run.Errors, StringComparison.Ordinal);
        host.AssertGoodBookInForce();
    }

    /// <summary>If believed, it would make the pull accept a book that was changed on this host.</summary>
    [Fact]
    public void NotModified_ThatNobodyAskedFor_IsNotBelieved()
    {
        using var lying = new HalfAnswer(
            stall: false, always: "HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n");
        using var host = PulledHost.WithGoodBook(server);
        host.Place.Settings["s3"]!["endpoint"] = lying.Endpoint;
        host.Place.Write();
        File.AppendAllText(host.BookInForce, "\n");
        var run = host.Pull();
        Assert.True(run.ExitCode == 69, $"{run.ExitCode}: {run.Errors}");
        Assert.Contains("although the request had no condition", run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void KilledPull_LeavesTheOldFilesWhole_AndTheNextOneWorks()
    {
        using var stalling = new HalfAnswer(stall: true);
        using var host = PulledHost.WithGoodBook(server);
        host.Place.Settings["s3"]!["endpoint"] = stalling.Endpoint;
        host.Place.Write();
        using (var pull = ResponderProcess.Start(
            ResponderProcess.Plainly, "config", "pull", "--settings", host.Place.SettingsFile))
        {
            Patience.Until("half the answer is out", () => stalling.Answers > 0);
            pull.Kill();
        }

        host.AssertGoodBookInForce();
        host.Place.Settings["s3"]!["endpoint"] = server.Endpoint;
        host.Place.Write();
        host.UploadBookSaying("A new one");
        var next = host.Pull();
        Assert.True(next.ExitCode == 0, next.Errors);
        Assert.Contains("A new one", File.ReadAllText(host.BookInForce), StringComparison.Ordinal);
    }

    [Fact]
    public void FullDisk_LeavesTheOldFilesWhole()
    {
        using var host = PulledHost.WithGoodBook(server);
        // There is room for the present files, but not for 3 MB more.
        var small = host.Place.PathTo("small");
        Directory.CreateDirectory(small);
        ToolRun.Of("mount", "-t", "tmpfs", "-o", "size=1m", "none", small).AssertDone();
        try
        {
            ToolRun.Of("cp", "-a", host.Place.PathTo("cache/files"), small + "/files").AssertDone();
            host.Place.Settings["files_root"] = "small/files";
            host.Place.Write();
            server.Put(host.FilesBucket, "large.bin", PulledHost.Content(3 * 1024 * 1024, 9));
            host.UploadBookSaying("A new one", (host.FilesBucket, "large.bin"));
            var run = host.Pull();
            Assert.NotEqual(0, run.ExitCode);
            Assert.Contains("the disk is full", run.Errors, StringComparison.Ordinal);
            Assert.Equal(PulledHost.Content(1000, 1),
                File.ReadAllBytes(Path.Join(small, "files", host.FilesBucket, "a.bin")));
            host.AssertGoodBookInForce();
        }
        finally
        {
            ToolRun.Of("umount", small).AssertDone();
        }
    }
}
