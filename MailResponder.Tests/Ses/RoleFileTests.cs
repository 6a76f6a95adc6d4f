using MailResponder.Tests.Program;

namespace MailResponder.Tests.Ses;

/// <summary>
/// Runs the published program on an instance with a role, whose credentials are kept between messages.
/// </summary>
public sealed class RoleFileTests : IDisposable
{
    private readonly MetadataDouble _metadata = new();
    private readonly SesDouble _ses = new();
    private readonly Workplace _place = new();

    public RoleFileTests()
    {
        _ses.Keys[MetadataDouble.InstanceKey] = $"{MetadataDouble.Secret} {MetadataDouble.SessionToken}";
        _place.SendWithoutFileThrough(_ses);
    }

    private string RoleFile => _place.PathTo("responder.db.role");

    [Fact]
    public void SecondMessage_AsksNobody()
    {
        Answer();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(RoleFile));
        _metadata.Paths.Clear();
        Answer();
        Assert.Empty(_metadata.Paths);
        Assert.Equal(4, _ses.Accepted.Count);
    }

    [Fact]
    public void CredentialsThatExpireSoon_AreFetchedAnew()
    {
        _metadata.Lifetime = TimeSpan.FromMinutes(3);
        Answer();
        _metadata.Paths.Clear();
        Answer();
        Assert.NotEmpty(_metadata.Paths);
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
            ? text.Replace(_metadata.Url, "http://127.0.0.1:1", StringComparison.Ordinal) : fault);
        _metadata.Paths.Clear();

        Answer();

        Assert.NotEmpty(_metadata.Paths);
        Assert.Equal(text, File.ReadAllText(RoleFile));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(RoleFile));
    }

    [Fact]
    public void WhatAKilledProcessLeft_IsClearedAway()
    {
        // No process has so high an id.
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
        _ses.Keys[MetadataDouble.InstanceKey] = "another";
        _place.FilterUnder(OnInstance(), RequestMail.FromSomebodyNew().ToBytes()).AssertDeferred();
        Assert.False(File.Exists(RoleFile));
    }

    [Fact]
    public async Task ManyAtOnce_LeaveOneWholeFile()
    {
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(Answer)));
        _metadata.Paths.Clear();
        Answer();
        Assert.Empty(_metadata.Paths);
        Assert.Empty(Directory.GetFiles(_place.Folder, "*.new"));
    }

    [Fact]
    public void KeysElsewhere_WinOverTheFile()
    {
        Answer();
        _ses.Keys.Remove(MetadataDouble.InstanceKey, out _);

        _place.FilterUnder(OnInstance(("AWS_ACCESS_KEY_ID", SesDouble.AccessKey),
            ("AWS_SECRET_ACCESS_KEY", SesDouble.SecretKey)),
            RequestMail.FromSomebodyNew().ToBytes()).AssertDone();
        _place.SendThrough(_ses);
        _place.FilterUnder(OnInstance(), RequestMail.FromSomebodyNew().ToBytes()).AssertDone();
    }

    public void Dispose()
    {
        _place.Dispose();
        _ses.Dispose();
        _metadata.Dispose();
    }

    private string OnInstance(params (string, string)[] more) =>
        SesWorkplace.With([("AWS_EC2_METADATA_SERVICE_ENDPOINT", _metadata.Url), .. more]);

    private void Answer()
    {
        var run = _place.FilterUnder(OnInstance(), RequestMail.FromSomebodyNew().ToBytes());
        Assert.True(run.ExitCode == 0, string.Join('\n', _place.Log.Reports) + string.Join('\n', _ses.SignatureFaults));
    }
}
