using System.Text.RegularExpressions;
using MailResponder.Tests.Host;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.S3;

/// <summary>Pulls of a good book that this host cannot store: each changes everything or nothing.</summary>
public sealed partial class UnwritablePlaceTests(S3Server server) : IClassFixture<S3Server>
{
    [Fact]
    public void FolderOfTheBookThatBelongsToRoot_ChangesNothing()
    {
        using var host = HostOfService();
        var folder = host.Place.PathTo("cache");
        ToolRun.Of("chown", "root:", folder).AssertDone();
        UploadNew(host);

        AssertNothingChanged(host, 73, $"{folder}: the user mail_responder may not write into it");
        var check = host.Place.Command("config", "check");
        Assert.Equal(78, check.ExitCode);
        Assert.Contains($"response_book: {folder}: the user mail_responder may not write into it", check.OutputText,
            StringComparison.Ordinal);

        ToolRun.Of("chown", "mail_responder:", folder).AssertDone();
        AssertNewInForce(host);
    }

    [Fact]
    public void FolderOfABucketThatBelongsToRoot_ChangesNothing()
    {
        using var host = HostOfService();
        var folder = host.Cached(host.FilesBucket, "v2");
        ToolRun.Of("chown", "root:", folder).AssertDone();
        UploadNew(host);

        AssertNothingChanged(host, 73, $"{folder}: the user mail_responder may not write into it");

        ToolRun.Of("chown", "mail_responder:", folder).AssertDone();
        AssertNewInForce(host);
    }

    [Fact]
    public void FullDiskOfTheBook_ChangesNothing()
    {
        using var host = new PulledHost(server);
        var small = host.Place.PathTo("small");
        Directory.CreateDirectory(small);
        ToolRun.Of("mount", "-t", "tmpfs", "-o", "size=64k", "none", small).AssertDone();
        try
        {
            host.Place.Settings["response_book"] = "small/responses.json";
            host.Place.Write();
            server.Put(host.FilesBucket, "a.bin", PulledHost.Content(1000, 1));
            host.UploadBookSaying("The good one", (host.FilesBucket, "a.bin"));
            Assert.Equal(0, host.Pull().ExitCode);
            File.WriteAllBytes(small + "/filling", new byte[48 * 1024]);
            server.Put(host.FilesBucket, "a.bin", PulledHost.Content(1000, 2));
            host.UploadBookSaying(new string('x', 20_000), (host.FilesBucket, "a.bin"));

            var run = host.Pull();

            Assert.Equal((73, "nothing was changed: the last good book stays in force\n"),
                (run.ExitCode, run.OutputText));
            Assert.Contains("small/responses.json: the disk is full", run.Errors, StringComparison.Ordinal);
            Assert.Contains("The good one", File.ReadAllText(small + "/responses.json"), StringComparison.Ordinal);
            Assert.Equal(PulledHost.Content(1000, 1), File.ReadAllBytes(host.Cached(host.FilesBucket, "a.bin")));
            Assert.Equal(["filling", "responses.json"],
                Directory.EnumerateFiles(small).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        }
        finally
        {
            ToolRun.Of("umount", small).AssertDone();
        }
    }

    /// <summary>
    /// In a folder with the sticky bit, a user can replace only his own files. The pull does not foresee it.
    /// </summary>
    [Fact]
    public void RenameThatFails_IsToldTruly_AndTheNextPullDoesTheRest()
    {
        using var host = HostOfService();
        var folder = host.Cached(host.FilesBucket, "v2");
        ToolRun.Of("chown", "-R", "root:", folder).AssertDone();
        ToolRun.Of("chmod", "1777", folder).AssertDone();
        UploadNew(host);

        var run = host.Pull();

        Assert.Equal((73, "1 file(s) were replaced, but not all: the next good pull does the rest\n"),
            (run.ExitCode, run.OutputText));
        Assert.Contains($"{folder}/b.bin (1 of 4 files are replaced already): the user mail_responder may not",
            run.Errors, StringComparison.Ordinal);
        Assert.Contains("The good one", File.ReadAllText(host.BookInForce), StringComparison.Ordinal);
        // The new a.bin does not go out with the old text.
        Assert.Equal(75, host.Place.Filter(new RequestMail("joe@example.net")).ExitCode);
        Assert.Single(host.Place.Outbox);
        ToolRun.Of("chmod", "0777", folder).AssertDone();
        AssertNewInForce(host);
    }

    [Theory]
    [InlineData("v", "v/b")]
    [InlineData("v/b", "v")]
    public void KeyBelowAnotherKey_IsAFaultOfTheBook(string first, string second)
    {
        using var host = PulledHost.WithGoodBook(server);
        foreach (var key in (string[])["a.bin", first, second])
            server.Put(host.FilesBucket, key, PulledHost.Content(1000, 2));
        host.UploadBookSaying(
            "A new one", (host.FilesBucket, "a.bin"), (host.FilesBucket, first), (host.FilesBucket, second));

        AssertNothingChanged(host, 65, $"attachments: s3://{host.FilesBucket}/v/b: {host.FilesBucket}/v is an "
            + "attachment too, and on a disk no file is below another; give the object another key");
    }

    [Theory]
    [InlineData("v", "v/b", "files/{0}/v is a file, and no other can be below it")]
    [InlineData("v/b", "v", "files/{0}/v is a folder with files in it")]
    public void KeyWhereTheCacheHasAnotherKind_IsAFaultOfTheBook(string old, string key, string words)
    {
        using var host = PulledHost.WithGoodBook(server);
        server.Put(host.FilesBucket, old, PulledHost.Content(1000, 2));
        host.UploadBookSaying("The good one", (host.FilesBucket, "a.bin"), (host.FilesBucket, old));
        Assert.Equal(0, host.Pull().ExitCode);
        foreach (var changed in (string[])["a.bin", key])
            server.Put(host.FilesBucket, changed, PulledHost.Content(1000, 3));
        host.UploadBookSaying("A new one", (host.FilesBucket, "a.bin"), (host.FilesBucket, key));

        AssertNothingChanged(host, 65, string.Format(null, words, host.FilesBucket));
    }

    [Fact]
    public void FolderWhoseFilesAreNoLongerUsed_IsNotInTheWay()
    {
        using var host = PulledHost.WithGoodBook(server);
        server.Put(host.FilesBucket, "v/b", PulledHost.Content(1000, 2));
        host.UploadBookSaying("The good one", (host.FilesBucket, "v/b"));
        Assert.Equal(0, host.Pull().ExitCode);
        host.UploadBookSaying("The good one", (host.FilesBucket, "a.bin"));
        Assert.Equal(0, host.Pull().ExitCode);
        var state = host.Place.PathTo("cache/files/.pull.json");
        File.WriteAllText(state, Unused().Replace(File.ReadAllText(state), "1"));
        Assert.Equal(0, host.Pull().ExitCode);
        server.Put(host.FilesBucket, "v", PulledHost.Content(1000, 3));
        host.UploadBookSaying("A new one", (host.FilesBucket, "v"));

        var run = host.Pull();

        Assert.True(run.ExitCode == 0, run.Errors);
        Assert.Equal(PulledHost.Content(1000, 3), File.ReadAllBytes(host.Cached(host.FilesBucket, "v")));
    }

    /// <summary>Returns a host with a good book and two attachments, all of which belong to mail_responder.</summary>
    private PulledHost HostOfService()
    {
        var host = new PulledHost(server);
        Upload(host, "The good one", 1);
        Assert.Equal(0, host.Pull().ExitCode);
        host.Place.GiveTo("mail_responder");
        return host;
    }

    private void UploadNew(PulledHost host) => Upload(host, "A new one", 2);

    private void Upload(PulledHost host, string text, int seed)
    {
        server.Put(host.FilesBucket, "a.bin", PulledHost.Content(1000, seed));
        server.Put(host.FilesBucket, "v2/b.bin", PulledHost.Content(1000, seed));
        host.UploadBookSaying(text, (host.FilesBucket, "a.bin"), (host.FilesBucket + "/v2", "b.bin"));
    }

    private static void AssertNothingChanged(PulledHost host, int exitCode, string words)
    {
        var run = host.Pull();
        Assert.True(run.ExitCode == exitCode, $"{run.ExitCode}: {run.Errors}");
        Assert.Contains(words, run.Errors, StringComparison.Ordinal);
        Assert.Equal("nothing was changed: the last good book stays in force\n", run.OutputText);
        host.AssertGoodBookInForce();
        Assert.Equal("", ToolRun.Of("find", host.Place.PathTo("cache"), "-name", "*.new").Output);
    }

    private static void AssertNewInForce(PulledHost host)
    {
        var run = host.Pull();
        Assert.True(run.ExitCode == 0, run.Errors);
        Assert.Contains("A new one", File.ReadAllText(host.BookInForce), StringComparison.Ordinal);
        foreach (var file in (string[])["a.bin", "v2/b.bin"])
            Assert.Equal(PulledHost.Content(1000, 2), File.ReadAllBytes(host.Cached(host.FilesBucket, file)));
    }

    /// <summary>The time of a file in the state: an integer, but not 0.</summary>
    [GeneratedRegex(@"(?<=""unused_since"": )[1-9]\d{9}\b")]
    private static partial Regex Unused();
}
