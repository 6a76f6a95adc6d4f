using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using MailResponder.Tests.Host;
using MailResponder.Tests.Program;

namespace MailResponder.Tests.Backup;

/// <summary>Runs `responder backup` on a host in service, and `responder restore` on another host.</summary>
public sealed class BackupTests : IDisposable
{
    private readonly Workplace _place = new();
    private readonly TemporaryFolder _away = new();

    private string Archive => _away.PathTo("backup.tar.gz");

    public void Dispose()
    {
        _place.Dispose();
        _away.Dispose();
    }

    /// <summary>
    /// The backup holds an answered message, a message one of whose replies failed, and a blocked requester.
    /// </summary>
    [Fact]
    public void RestoredHost_KnowsWhatWasAnswered()
    {
        var (answered, half) = (RequestMail.FromSomebodyNew(), RequestMail.FromSomebodyNew());
        var blocked = RequestMail.FromSomebodyNew();
        _place.Filter(answered).AssertDone();
        _place.Filter(answered.Again()).AssertDone();
        Run(_place, "blacklist", "block", blocked.From);
        File.Move(_place.PathTo("files/tools/tool.zip"), _place.PathTo("tool.zip"));
        _place.Filter(half).AssertDeferred();
        Run(_place, "dkim", "rotate");
        var said = Run(_place, "backup", Archive);
        Assert.Contains($"responder.db: {_place.PathTo("responder.db")}\n", said, StringComparison.Ordinal);
        Assert.Equal("600", Stat("%a", Archive));

        using var fresh = new Workplace();
        File.Delete(fresh.SettingsFile);
        File.Delete(fresh.PathTo("responses.json"));
        File.Delete(fresh.PathTo("dkim.key"));
        Assert.EndsWith(
            "Restored. Check it with: responder config check\n", Run(fresh, "restore", Archive),
            StringComparison.Ordinal);

        foreach (var file in (string[])["settings.json", "responses.json", "address.key", "dkim.key", "dkim.key.next"])
            Assert.Equal(File.ReadAllBytes(_place.PathTo(file)), File.ReadAllBytes(fresh.PathTo(file)));
        Assert.Empty(Directory.GetFiles(fresh.Folder, "*.new*"));
        Assert.Empty(Directory.GetFiles(_place.Folder, "*.new*"));
        fresh.Filter(answered).AssertDone();
        fresh.Filter(blocked).AssertDone();
        Assert.Empty(fresh.Outbox);
        fresh.Filter(half).AssertDone();
        Assert.Single(fresh.Outbox);
        Assert.Contains("2 of 3 used", Run(fresh, "blacklist", "check", answered.From), StringComparison.Ordinal);
        fresh.Filter(answered.Again()).AssertDone();
        fresh.Filter(answered.Again()).AssertDone();
        Assert.Equal(3, fresh.Outbox.Count);
        Assert.Contains("reason=over-quota", fresh.Log.Reports[^1], StringComparison.Ordinal);
    }

    /// <summary>Each copy shows the database at one moment. It includes the write-ahead log of that moment.</summary>
    [Fact]
    public async Task BackupWhileMailComesIn_IsWhole()
    {
        _place.Filter(RequestMail.FromSomebodyNew()).AssertDone();
        var isOver = false;
        var mail = Task.Run(() => Parallel.For(0, 3, _ =>
        {
            while (!Volatile.Read(ref isOver)) _place.Filter(RequestMail.FromSomebodyNew()).AssertDone();
        }));
        for (var i = 0; i < 5; i++)
        {
            var before = _place.Outbox.Count / 2;
            Run(_place, "backup", Archive);
            using var fresh = new Workplace();
            Run(fresh, "restore", Archive, "--replace");
            var holds = Run(fresh, "database", "status").Split("with a quota, ")[1].Split(' ')[0];
            var messages = int.Parse(holds, CultureInfo.InvariantCulture);
            // Up to three more messages may be answered but not yet recorded.
            Assert.InRange(messages, before - 3, _place.Outbox.Count / 2 + 3);
        }

        Volatile.Write(ref isOver, true);
        await mail;
    }

    [Fact]
    public void FilesThatAreThere_StayUnlessTheyAreToBeReplaced()
    {
        _place.Filter(RequestMail.FromSomebodyNew()).AssertDone();
        Run(_place, "backup", Archive);
        using var other = new Workplace();
        var request = RequestMail.FromSomebodyNew();
        other.Filter(request).AssertDone();
        other.WriteSecret("dkim.key", "another key");
        var before = Listing(other);

        var run = other.Command("restore", Archive);

        Assert.Equal(73, run.ExitCode);
        Assert.Contains($"{other.PathTo("address.key")}, {other.PathTo("dkim.key")}, {other.PathTo("responder.db")}, "
            + $"{other.SettingsFile}; --replace", run.Errors, StringComparison.Ordinal);
        Assert.Equal(before, Listing(other));

        Run(other, "restore", Archive, "--replace");
        Assert.Equal(File.ReadAllBytes(_place.PathTo("dkim.key")), File.ReadAllBytes(other.PathTo("dkim.key")));
        // Nothing is left of the replaced database, nor of its write-ahead log.
        var holds = Run(other, "database", "status");
        Assert.Contains("1 requester(s) with a quota, 1 message(s)", holds, StringComparison.Ordinal);
        Assert.Contains("0 of 3 used", Run(other, "blacklist", "check", request.From), StringComparison.Ordinal);
    }

    /// <summary>
    /// As on a host made by install.sh, root owns the configuration, and the service owns the files it writes.
    /// </summary>
    [Fact]
    public void RestoredByRoot_IsReadableForTheServiceAndForNobodyElse()
    {
        using var fresh = new Workplace();
        foreach (var host in (Workplace[])[_place, fresh])
        {
            host.Settings["database"] = new JsonObject { ["sqlite"] = "state/responder.db" };
            host.Settings["response_book"] = "state/responses.json";
            host.Write();
            Directory.CreateDirectory(host.PathTo("state"));
            File.Move(host.PathTo("responses.json"), host.PathTo("state/responses.json"));
            File.SetUnixFileMode(host.Folder, (UnixFileMode)0x1ED);
            ToolRun.Of("chown", "-R", "mail_responder:", host.PathTo("state"), host.PathTo("outbox")).AssertDone();
        }

        _place.WriteSecret("address.key", "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff\n");
        // Cron runs `metrics put` as root, and only root may read this.
        _place.Settings["metrics"] = new JsonObject
        {
            ["region"] = "eu-west-1",
            ["endpoint"] = "http://127.0.0.1:1/",
            ["credentials_file"] = "aws",
        };
        _place.Settings["aws_roots"] = "roots.pem";
        _place.Write();
        _place.WriteSecret("roots.pem", "certificates of one's own");
        _place.WriteSecret("aws", "[default]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = x\n");
        foreach (var key in (string[])["address.key", "dkim.key", "roots.pem"])
        {
            ToolRun.Of("chown", "root:mail_responder", _place.PathTo(key)).AssertDone();
            File.SetUnixFileMode(_place.PathTo(key), (UnixFileMode)0x1A0);
        }

        Run(_place, "database", "init");
        Run(_place, "backup", Archive);

        // A strict umask does not take away the service's access.
        string[] command = ["restore", Archive, "--replace", "--settings", fresh.SettingsFile];
        var run = ResponderProcess.Run("umask 077; exec \"$@\"", [], command);

        Assert.True(run.ExitCode == 0, run.Errors);
        foreach (var file in (string[])["settings.json", "address.key", "dkim.key", "aws", "roots.pem"])
            Assert.Equal("root mail_responder 640", Stat("%U %G %a", fresh.PathTo(file)));
        Assert.Equal("mail_responder mail_responder 640", Stat("%U %G %a", fresh.PathTo("state/responses.json")));
        Assert.Equal("mail_responder mail_responder", Stat("%U %G", fresh.PathTo("state/responder.db")));
        Assert.Empty(Directory.GetFiles(fresh.PathTo("state"), "*.new*"));
        Assert.Contains("0 fault(s)", Run(fresh, "config", "check"), StringComparison.Ordinal);
    }

    [Fact]
    public void Backup_GoesThroughNoNameOfAnotherUser()
    {
        _place.Filter(RequestMail.FromSomebodyNew()).AssertDone();
        File.CreateSymbolicLink(Archive, _away.Write("victim", "untouched"));
        Run(_place, "backup", Archive);
        Assert.Equal("untouched", File.ReadAllText(_away.PathTo("victim")));
        Assert.Null(new FileInfo(Archive).LinkTarget);
        Assert.Equal("600", Stat("%a", Archive));

        Directory.CreateDirectory(_away.PathTo("theirs"));
        ToolRun.Of("chown", "nobody:", _away.PathTo("theirs")).AssertDone();
        var run = _place.Command("backup", _away.PathTo("theirs/backup.tar.gz"));
        Assert.Equal(78, run.ExitCode);
        Assert.Contains("belongs to another user", run.Errors, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_away.PathTo("theirs")));
    }

    /// <summary>
    /// The service's user replaced the book or the database by a symbolic link, so that root would read its target.
    /// </summary>
    [Theory]
    [InlineData("responses.json")]
    [InlineData("responder.db")]
    public void Backup_ReadsNothingThatTheServiceMayNot(string file)
    {
        _place.Filter(RequestMail.FromSomebodyNew()).AssertDone();
        File.SetUnixFileMode(_away.Path, (UnixFileMode)0x1ED);
        File.Copy(_place.PathTo(file), _away.PathTo("secret"));
        File.SetUnixFileMode(_away.PathTo("secret"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        _place.GiveTo("mail_responder");
        File.Delete(_place.PathTo(file));
        File.CreateSymbolicLink(_place.PathTo(file), _away.PathTo("secret"));

        var run = _place.Command("backup", Archive);

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("mail_responder", run.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(Archive));
        Assert.Empty(Directory.GetFiles(_place.Folder, "*.new*"));
    }

    [Theory]
    [InlineData("responses.json", 66, "responses.json: does not exist")]
    [InlineData("dkim.key", 66, "dkim.key: does not exist")]
    [InlineData("address.key", 66, "address.key: does not exist")]
    [InlineData("responder.db", 69, "responder.db: does not exist")]
    public void MissingFile_LeavesTheOlderBackup(string file, int exitCode, string fault)
    {
        _place.Filter(RequestMail.FromSomebodyNew()).AssertDone();
        _away.Write("backup.tar.gz", "the older one");
        File.Delete(_place.PathTo(file));

        var run = _place.Command("backup", Archive);

        Assert.Equal((exitCode, ""), (run.ExitCode, run.OutputText));
        Assert.Contains(fault, run.Errors, StringComparison.Ordinal);
        Assert.Equal("the older one", File.ReadAllText(Archive));
        Assert.Equal([Archive], Directory.GetFiles(_away.Path));
    }

    /// <summary>A backup that cannot be restored is refused.</summary>
    [Fact]
    public void KeyOfAnotherDatabase_IsNoBackup()
    {
        _place.Filter(RequestMail.FromSomebodyNew()).AssertDone();
        _place.WriteSecret("address.key", new string('a', 64) + "\n");
        var run = _place.Command("backup", Archive);
        Assert.Equal(78, run.ExitCode);
        Assert.Contains("responder.db was made with another address key", run.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(Archive));
        Assert.Empty(Directory.GetFiles(_place.Folder, "*.new*"));
    }

    private static string Run(Workplace place, params string[] arguments)
    {
        var run = place.Command(arguments);
        Assert.True(run.ExitCode == 0, run.OutputText + run.Errors);
        return run.OutputText;
    }

    private static string Listing(Workplace place)
    {
        var files = $"cd {place.Folder} && find . -type f | sort | xargs sha256sum; stat -c '%n %a %i' *";
        return ToolRun.Of("sh", "-c", files).AssertDone();
    }

    private static string Stat(string format, string file)
    {
        var start = new ProcessStartInfo("stat", ["-c", format, file]) { RedirectStandardOutput = true };
        using var stat = Process.Start(start)!;
        return stat.StandardOutput.ReadToEnd().TrimEnd();
    }
}
