using MailResponder.Doctor;
using MailResponder.Files;
using MailResponder.Settings;
using Machine = MailResponder.Doctor.Host;

namespace MailResponder.Tests.Doctor;

/// <summary>The doctor's findings about folders of other programs, and about links that lead nowhere.</summary>
public sealed class PlaceFindings : IDisposable
{
    private readonly FakeHost _fake = new();

    public void Dispose() => _fake.Dispose();

    [Theory]
    [InlineData("/etc/hostname", "change")]
    [InlineData("/usr/local", "change")]
    [InlineData("/usr/local/bin", "change")]
    [InlineData("/usr", "move")]
    [InlineData("/var/lib", "move")]
    [InlineData("/", "move")]
    public void OwnerOfAFolder_IsChangedOnlyIfNoOtherProgramUsesIt(string path, string expected) =>
        Assert.Equal(expected, OwnPlaces.Remedy(path, "change", "move", OwnPlaces.Programs));

    [Theory]
    [InlineData("nowhere/file")]
    [InlineData("link")]
    public void BrokenLink_IsOpenToNobody(string target)
    {
        File.CreateSymbolicLink(_fake.Folder.PathTo("link"), target);
        Assert.False(Machine.IsOpen(_fake.Folder.PathTo("link"), (UnixFileMode)0xfff));
    }

    [Theory]
    [InlineData("nowhere/responder.db", "there is no folder")]
    [InlineData("responder.db", "in a circle")]
    public void DatabaseBehindABrokenLink_IsAFaultForBothChecks(string target, string words)
    {
        var settings = TestSettings.In(_fake.Folder.Path);
        var file = settings.Database.SqliteFile!;
        File.CreateSymbolicLink(file, Path.Join(Path.GetDirectoryName(file), target));
        Assert.Contains(words, PlaceCheck.Sqlite(file), StringComparison.Ordinal);
        var finding = Assert.Single(DatabaseChecks.Look(_fake.Host, settings));
        Assert.Equal(FindingState.Fault, finding.State);
        Assert.Contains(words, finding.Text, StringComparison.Ordinal);
    }

    /// <summary>The target is made by the first message.</summary>
    [Fact]
    public void DatabaseBehindALinkIntoAFolder_IsNoFault()
    {
        var settings = TestSettings.In(_fake.Folder.Path);
        _fake.Folder.Write("disk/other", "");
        File.CreateSymbolicLink(settings.Database.SqliteFile!, _fake.Folder.PathTo("disk/true.db"));
        Assert.Null(PlaceCheck.Sqlite(settings.Database.SqliteFile!));
        Assert.Equal(FindingState.Warning, Assert.Single(DatabaseChecks.Look(_fake.Host, settings)).State);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    public void TimerOfThePull_StandsInForCron(int isEnabled, bool isFault)
    {
        _fake.Folder.Write("etc/cron.d/mail_responder", "0 0 * * * mail_responder responder blacklist reset\n");
        _fake.Folder.Write("proc/1/comm", "cron\n");
        var host = _fake.With("systemctl", $"exit {isEnabled}").Host;
        var settings = TestSettings.In(_fake.Folder.Path) with { S3 = new S3Settings("eu-west-1", "b", "k") };
        Assert.Equal(isFault, InstallChecks.Cron(host, settings).Any(
            finding => finding.Text.Contains("pulls the response book", StringComparison.Ordinal)));
    }
}
