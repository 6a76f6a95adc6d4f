namespace MailResponder.Tests.Program;

/// <summary>
/// Tests `responder blacklist rotate-key` with real files, messages in between, and a host that has the old file.
/// </summary>
public sealed class KeyRotationTests
{
    [Fact]
    public void NewKey_KeepsListsQuotaAndTheRecordOfWhatWasSent()
    {
        using var place = new Workplace();
        var (deferred, blocked) = (RequestMail.FromSomebodyNew(), RequestMail.FromSomebodyNew());
        Command(place, "blacklist", "block", blocked.From);
        File.Move(place.PathTo("files/tools/tool.zip"), place.PathTo("away"));
        place.Filter(deferred).AssertDeferred();
        File.Move(place.PathTo("away"), place.PathTo("files/tools/tool.zip"));
        Assert.Single(place.Outbox);
        var keyFile = place.PathTo("address.key");
        File.SetUnixFileMode(keyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        File.Copy(keyFile, place.PathTo("old.key"));

        Assert.Contains("holds a new address key", Command(place, "blacklist", "rotate-key"), StringComparison.Ordinal);
        var text = File.ReadAllText(keyFile);
        Assert.Contains("not in force yet; nothing was changed", Command(place, "blacklist", "rotate-key"),
            StringComparison.Ordinal);
        Assert.Equal(text, File.ReadAllText(keyFile));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead,
            File.GetUnixFileMode(keyFile));
        Assert.Equal(0, place.Command("config", "check").ExitCode);
        Assert.Matches("address key: +the first one; one of 20.* comes into force at the next reset",
            Command(place, "blacklist", "show"));
        Assert.Contains("key:     a new address key comes into force", Command(place, "database", "status"),
            StringComparison.Ordinal);
        Assert.Contains("1 of 3 used", Command(place, "blacklist", "check", deferred.From), StringComparison.Ordinal);

        Assert.Contains("The new address key is in force", Command(place, "blacklist", "reset"),
            StringComparison.Ordinal);

        place.Filter(deferred).AssertDone();
        place.Filter(deferred).AssertDone();
        place.Filter(blocked).AssertDone();
        Assert.Equal(2, place.Outbox.Count);
        Assert.Contains("skipped reason=blocked ", place.Log.Reports[^1], StringComparison.Ordinal);
        Assert.Equal("blocked\n", Command(place, "blacklist", "check", blocked.From));
        Assert.Contains("0 of 3 used", Command(place, "blacklist", "check", deferred.From), StringComparison.Ordinal);

        File.Copy(place.PathTo("old.key"), keyFile, overwrite: true);
        place.Filter(RequestMail.FromSomebodyNew()).AssertDeferred("4.3.5 ");
        Assert.Contains("has gone over to a newer address key", place.Log.Reports[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void FileOfAnotherOwner_KeepsItsOwner()
    {
        using var place = new Workplace();
        place.Filter(RequestMail.FromSomebodyNew()).AssertDone();
        MailResponder.Tests.Host.ToolRun.Of("chown", "nobody:", place.PathTo("address.key")).AssertDone();

        Command(place, "blacklist", "rotate-key");

        using var stat = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo(
            "stat", ["-c", "%U", place.PathTo("address.key")])
            { RedirectStandardOutput = true })!;
        Assert.Equal("nobody\n", stat.StandardOutput.ReadToEnd());
    }

    /// <summary>The owner of the folder can put links into it, which root would follow.</summary>
    [Fact]
    public void Root_MakesNoKeyInTheFolderOfAnotherUser()
    {
        using var place = new Workplace();
        place.Filter(RequestMail.FromSomebodyNew()).AssertDone();
        place.GiveTo("nobody");

        var run = place.Command("blacklist", "rotate-key");

        Assert.Equal(78, run.ExitCode);
        Assert.Contains("belongs to another user", run.Errors, StringComparison.Ordinal);
    }

    private static string Command(Workplace place, params string[] arguments)
    {
        var run = place.Command(arguments);
        Assert.True(run.ExitCode == 0, run.Errors);
        return run.OutputText;
    }
}
