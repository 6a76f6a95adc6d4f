using MailResponder.Tests.Program;

namespace MailResponder.Tests.Ses;

/// <summary>The published program on an instance with a role, whose credentials are kept between messages.</summary>
public sealed class RoleFileTests : IDisposable
{
    readonly MetadataDouble metadata = new();
    readonly SesDouble ses = new();
    readonly Workplace place = new();

    public RoleFileTests()
    {
        ses.Keys[MetadataDouble.InstanceKey] = $"{MetadataDouble.Secret} {MetadataDouble.SessionToken}";
        place.SendWithoutFileThrough(ses);
    }

    string RoleFile => place.PathTo("responder.db.role");

    [Fact]
    public void SecondMessage_AsksNobody()
    {
        Answer();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(RoleFile));
        metadata.Paths.Clear();
        Answer();
        Assert.Empty(metadata.Paths);
        Assert.Equal(4, ses.Accepted.Count);
    }

    [Fact]
    public void CredentialsThatExpireSoon_AreFetchedAnew()
    {
        metadata.Lifetime = TimeSpan.FromMinutes(3);
        Answer();
        metadata.Paths.Clear();
        Answer();
        Assert.NotEmpty(metadata.Paths);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("half")]
    [InlineData("open")]
    [InlineData("elsewhere")]
    public void FileThatCannotBeTrusted_IsReplaced(string fault)
    {
        Answer();
        var text = File.ReadAllText(RoleFile);
        if (fault == "open") File.SetUnixFileMode(
            RoleFile, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        else File.WriteAllText(RoleFile,
            fault == "half" ? text[..(text.Length / 2)] : fault == "elsewhere"
            ? text.Replace(metadata.Url, "http://127.0.0.1:1", StringComparison.Ordinal) : fault);
        metadata.Paths.Clear();

        Answer();

        Assert.NotEmpty(metadata.Paths);
        Assert.Equal(text, File.ReadAllText(RoleFile));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(RoleFile));
    }

    [Fact]
    public void WhatAKilledProcessLeft_IsClearedAway()
    {
        // No process has so high a number.
        var left = RoleFile + ".99999999.new";
        File.WriteAllText(left, "half");
        Answer();
        Assert.True(File.Exists(RoleFile));
        Assert.False(File.Exists(left));
    }

    [Fact]
    public void CredentialsThatSesRefuses_AreForgotten()
    {
        Answer();
        ses.Keys[MetadataDouble.InstanceKey] = "another";
        place.FilterUnder(OnInstance(), RequestMail.FromSomebodyNew().ToBytes()).AssertDeferred();
        Assert.False(File.Exists(RoleFile));
    }

    [Fact]
    public async Task ManyAtOnce_LeaveOneWholeFile()
    {
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(Answer)));
        metadata.Paths.Clear();
        Answer();
        Assert.Empty(metadata.Paths);
        Assert.Empty(Directory.GetFiles(place.Folder, "*.new"));
    }

    [Fact]
    public void KeysElsewhere_WinOverTheFile()
    {
        Answer();
        ses.Keys.Remove(MetadataDouble.InstanceKey, out _);

        place.FilterUnder(OnInstance(("AWS_ACCESS_KEY_ID", SesDouble.AccessKey),
            ("AWS_SECRET_ACCESS_KEY", SesDouble.SecretKey)),
            RequestMail.FromSomebodyNew().ToBytes()).AssertDone();
        place.SendThrough(ses);
        place.FilterUnder(OnInstance(), RequestMail.FromSomebodyNew().ToBytes()).AssertDone();
    }

    public void Dispose()
    {
        place.Dispose();
        ses.Dispose();
        metadata.Dispose();
    }

    string OnInstance(params (string, string)[] more) =>
        SesWorkplace.With([("AWS_EC2_METADATA_SERVICE_ENDPOINT", metadata.Url), .. more]);

    void Answer()
    {
        var run = place.FilterUnder(OnInstance(), RequestMail.FromSomebodyNew().ToBytes());
        Assert.True(run.ExitCode == 0, string.Join('\n', place.Log.Reports) + string.Join('\n', ses.SignatureFaults));
    }
}
