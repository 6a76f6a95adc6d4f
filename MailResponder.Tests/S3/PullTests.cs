using MailResponder.Tests.Host;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.S3;

/// <summary>Runs `config pull` of the published program with a real S3 server.</summary>
public sealed class PullTests(S3Server server) : IClassFixture<S3Server>
{
    [Fact]
    public void BookAndLargeAttachments_ComeByteForByte_AndOnce()
    {
        using var host = new PulledHost(server);
        var five = PulledHost.Content(5 * 1024 * 1024, 1);
        var twelve = PulledHost.Content(12 * 1024 * 1024, 2);
        server.Put(host.FilesBucket, "five.bin", five);
        server.PutInParts(host.FilesBucket, "versions/twelve.bin", twelve);
        // The second file uses a bucket id with a key prefix.
        host.UploadBookSaying("Hello", (host.FilesBucket, "five.bin"), (host.FilesBucket + "/versions", "twelve.bin"));

        var first = host.Pull();
        Assert.True(first.ExitCode == 0, first.Errors);
        Assert.Equal("files: 3 fetched, 0 unchanged\nmaps: changed\n", first.OutputText);
        Assert.Equal(five, File.ReadAllBytes(host.Cached(host.FilesBucket, "five.bin")));
        Assert.Equal(twelve, File.ReadAllBytes(host.Cached(host.FilesBucket, "versions/twelve.bin")));

        Assert.Equal("files: 0 fetched, 3 unchanged\nmaps: unchanged\n", host.Pull().OutputText);
    }

    [Fact]
    public void ChangedOrDamagedFile_IsFetchedAgain_AndOnlyThatOne()
    {
        using var host = new PulledHost(server);
        server.Put(host.FilesBucket, "a.bin", PulledHost.Content(1000, 1));
        server.Put(host.FilesBucket, "b.bin", PulledHost.Content(1000, 2));
        host.UploadBookSaying("Hello", (host.FilesBucket, "a.bin"), (host.FilesBucket, "b.bin"));
        Assert.Equal(0, host.Pull().ExitCode);

        server.Put(host.FilesBucket, "a.bin", PulledHost.Content(1000, 3));
        Assert.Equal("files: 1 fetched, 2 unchanged\nmaps: unchanged\n", host.Pull().OutputText);
        Assert.Equal(PulledHost.Content(1000, 3), File.ReadAllBytes(host.Cached(host.FilesBucket, "a.bin")));

        File.WriteAllText(host.Cached(host.FilesBucket, "b.bin"), "damaged");
        Assert.Equal("files: 1 fetched, 2 unchanged\nmaps: unchanged\n", host.Pull().OutputText);
        Assert.Equal(PulledHost.Content(1000, 2), File.ReadAllBytes(host.Cached(host.FilesBucket, "b.bin")));
    }

    /// <summary>The owner of the cache could have replaced a folder in it by a link to any other.</summary>
    [Fact]
    public void Root_FollowsNoLinkInTheFolderOfAnotherUser()
    {
        using var host = new PulledHost(server);
        server.Put(host.FilesBucket, "a.bin", PulledHost.Content(1000, 1));
        host.UploadBookSaying("Hello", (host.FilesBucket, "a.bin"));
        var target = host.Place.PathTo("of-root");
        Directory.CreateDirectory(target);
        Directory.CreateDirectory(host.Place.PathTo("cache/files"));
        Directory.CreateSymbolicLink(host.Place.PathTo("cache/files/" + host.FilesBucket), target);
        host.Place.GiveTo("mail_responder");
        // A folder with the owner and mode of /etc.
        File.SetUnixFileMode(target, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        ToolRun.Of("chown", "root:", target).AssertDone();

        Assert.NotEqual(0, host.Pull().ExitCode);

        Assert.Empty(Directory.EnumerateFileSystemEntries(target));
        Assert.Equal("", ToolRun.Of("find", host.Place.Folder, "-user", "root", "!", "-path", target).Output);
    }

    [Fact]
    public void UnreadableState_CostsOneFullPull()
    {
        using var host = new PulledHost(server);
        host.UploadBookSaying("Hello");
        Assert.Equal(0, host.Pull().ExitCode);
        File.WriteAllText(host.Place.PathTo("cache/files/.pull.json"), "{ \"half");
        Assert.Equal("files: 1 fetched, 0 unchanged\nmaps: unchanged\n", host.Pull().OutputText);
    }

    /// <summary>
    /// The reason for switching attachments off may be a file that is gone, or that must not be sent any more.
    /// </summary>
    [Fact]
    public void BookWithAttachmentsOff_NeedsNoneOfThem()
    {
        using var host = PulledHost.WithGoodBook(server);
        void Switch(string value) => host.UploadBook($$"""
            {
              "attachments": "{{value}}",
              "entries": [{ "email_addr": "get@example.com", "body": "Links alone",
                "attachments": [["{{host.FilesBucket}}", "gone.bin", "tool.bin"]] }]
            }
            """);
        Switch("off");

        var run = host.Pull();

        Assert.Equal(0, run.ExitCode);
        Assert.Equal($"s3://{host.ConfigBucket}/book.json:2: warning: attachments: is off: 1 of 1 entries go out "
            + "without theirs\n", run.Errors);
        Assert.Equal("", host.Pull().Errors);
        host.Place.Filter(RequestMail.FromSomebodyNew()).AssertDone();
        var reply = Assert.Single(host.Place.Outbox);
        Assert.Contains("Links alone", File.ReadAllText(reply), StringComparison.Ordinal);
        Switch("on");
        Assert.Contains("gone.bin", host.Pull().Errors, StringComparison.Ordinal);
        host.Place.Filter(RequestMail.FromSomebodyNew()).AssertDone();
        Assert.Equal(2, host.Place.Outbox.Count);
    }

    [Fact]
    public void FaultyBook_LeavesTheLastGoodOneInForce_AndLogsEveryFault()
    {
        using var host = new PulledHost(server);
        host.UploadBookSaying("The good one");
        Assert.Equal(0, host.Pull().ExitCode);
        var good = File.ReadAllBytes(host.BookInForce);
        var maps = File.ReadAllText(host.Place.PathTo("maps/addresses"));

        host.UploadBook("""
            [
              { "email_addr": "Get@example.com", "body": "", "attachments": null },
              { "email_addr": "other@example.com", "body": "x", "atachments": null }
            ]
            """);
        var run = host.Pull();
        Assert.Equal(65, run.ExitCode);
        Assert.Contains("book.json:2: entry 1, email_addr: \"Get@example.com\" has upper-case letters", run.Errors,
            StringComparison.Ordinal);
        Assert.Contains("book.json:2: entry 1, body: is empty", run.Errors, StringComparison.Ordinal);
        Assert.Contains("book.json:3: entry 2, atachments: is unknown; did you mean \"attachments\"?", run.Errors,
            StringComparison.Ordinal);
        Assert.Contains("the last good book stays in force", run.OutputText, StringComparison.Ordinal);
        Patience.Until("three faults are logged", () =>
            host.Place.Log.Lines.Count(line => line.Contains("pull s3://", StringComparison.Ordinal)) == 3);
        Assert.Equal(good, File.ReadAllBytes(host.BookInForce));
        Assert.Equal(maps, File.ReadAllText(host.Place.PathTo("maps/addresses")));
    }

    [Fact]
    public void MissingAttachment_LeavesTheLastGoodBookInForce()
    {
        using var host = new PulledHost(server);
        server.Put(host.FilesBucket, "a.bin", PulledHost.Content(1000, 1));
        host.UploadBookSaying("The good one", (host.FilesBucket, "a.bin"));
        Assert.Equal(0, host.Pull().ExitCode);
        var good = File.ReadAllBytes(host.BookInForce);

        server.Put(host.FilesBucket, "a.bin", PulledHost.Content(1000, 2));
        host.UploadBookSaying("A new one", (host.FilesBucket, "a.bin"), (host.FilesBucket, "gone.bin"));
        var run = host.Pull();
        Assert.Equal(65, run.ExitCode);
        Assert.Contains($"entry 3, attachments: s3://{host.FilesBucket}/gone.bin: there is no such object", run.Errors,
            StringComparison.Ordinal);
        Assert.Equal(good, File.ReadAllBytes(host.BookInForce));
        Assert.Equal(PulledHost.Content(1000, 1), File.ReadAllBytes(host.Cached(host.FilesBucket, "a.bin")));
    }

    [Fact]
    public void CheckOnly_ChangesNothing()
    {
        using var host = new PulledHost(server);
        host.UploadBookSaying("Hello");
        var run = host.Pull("--check-only");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("good: it could be put in force", run.OutputText, StringComparison.Ordinal);
        Assert.False(File.Exists(host.BookInForce));
        Assert.False(Directory.Exists(host.Place.PathTo("maps")));
        host.UploadBook("[]");
        Assert.Equal(65, host.Pull("--check-only").ExitCode);
    }

    [Fact]
    public void Maps_HoldDomainsAndAddresses_AndChangeOnlyWithThem()
    {
        using var host = new PulledHost(server);
        host.UploadBook("""
            [ { "email_addr": "b@example.com", "body": "x", "attachments": null },
              { "email_addr": "a@example.org", "body": "x", "attachments": null },
              { "email_addr": "b@example.com", "body": "y", "attachments": null } ]
            """);
        Assert.Contains("maps: changed", host.Pull().OutputText, StringComparison.Ordinal);
        Assert.Equal(["example.com OK", "example.org OK"],
            File.ReadAllLines(host.Place.PathTo("maps/domains")).Skip(1));
        Assert.Equal(["a@example.org OK", "b@example.com OK"],
            File.ReadAllLines(host.Place.PathTo("maps/addresses")).Skip(1));
        host.UploadBook("""
            [ { "email_addr": "b@example.com", "body": "another text", "attachments": null },
              { "email_addr": "a@example.org", "body": "x", "attachments": null } ]
            """);
        Assert.Contains("maps: unchanged", host.Pull().OutputText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("credentials", "S3 does not know the access key")]
    [InlineData("bucket", "there is no such bucket")]
    [InlineData("endpoint", "cannot be reached")]
    [InlineData("profile", "has no usable profile [fleet]")]
    [InlineData("mode", "chmod 0640")]
    public void Refusal_SaysWhatToDo(string what, string words)
    {
        using var host = new PulledHost(server);
        host.UploadBookSaying("Hello");
        switch (what)
        {
            case "credentials":
                host.Place.WriteSecret("credentials",
                    "[default]\naws_access_key_id = SOMEBODY\naws_secret_access_key = else\n");
                break;
            case "bucket":
                host.Place.Settings["s3"]!["book_bucket"] = "no-such-bucket";
                break;
            case "endpoint":
                host.Place.Settings["s3"]!["endpoint"] = $"http://127.0.0.1:{Loopback.FreePort()}";
                break;
            case "profile":
                host.Place.Settings["s3"]!["profile"] = "fleet";
                break;
            default:
                File.SetUnixFileMode(host.Place.PathTo("credentials"), UnixFileMode.UserRead | UnixFileMode.OtherRead);
                break;
        }

        host.Place.Write();
        var run = host.Pull();
        Assert.True(run.ExitCode == 69, $"{run.ExitCode}: {run.Errors}");
        Assert.Contains(words, run.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void TwoPullsAtOnce_ServeOneWholeBook()
    {
        using var host = new PulledHost(server);
        var content = PulledHost.Content(3 * 1024 * 1024, 5);
        server.Put(host.FilesBucket, "a.bin", content);
        host.UploadBookSaying("Hello", (host.FilesBucket, "a.bin"));
        var runs = new ProgramRun[4];
        Parallel.For(0, runs.Length, i => runs[i] = host.Pull());
        Assert.All(runs, run => Assert.True(run.ExitCode == 0, run.Errors));
        Assert.Single(runs, run => run.OutputText.Contains("files: 2 fetched", StringComparison.Ordinal));
        Assert.Equal(content, File.ReadAllBytes(host.Cached(host.FilesBucket, "a.bin")));
    }

    [Fact]
    public void WithoutS3_ThePullMakesMapsFromTheBookThatLiesHere()
    {
        using var place = new Workplace();
        place.Settings["postfix_maps"] = "maps";
        place.Write();
        var run = place.Command("config", "pull");
        Assert.Equal("files: 0 fetched, 0 unchanged\nmaps: changed\n", run.OutputText);
        Assert.Contains("get@example.com OK", File.ReadAllLines(place.PathTo("maps/addresses")));
    }

    [Fact]
    public void MapsThatCannotBeWritten_AreNamed()
    {
        using var place = new Workplace();
        place.Settings["postfix_maps"] = "maps";
        place.Write();
        File.WriteAllText(place.PathTo("maps"), "not a folder");
        var run = place.Command("config", "pull");
        Assert.Equal((73, ""), (run.ExitCode, run.OutputText));
        Assert.StartsWith($"responder: postfix_maps {place.PathTo("maps")}", run.Errors, StringComparison.Ordinal);
    }
}
