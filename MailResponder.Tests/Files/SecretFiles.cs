using MailResponder.Files;
using MailResponder.Tests.Host;

namespace MailResponder.Tests.Files;

public sealed class SecretFiles : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("0400")]
    [InlineData("0600")]
    [InlineData("0640")]
    [InlineData("0440")]
    [InlineData("0750")]
    public void ClosedToOthers_AreRead(string mode) =>
        Assert.Equal("secret", SecretFile.Read(FileOf(mode), Cause.KeyFile, "key"));

    [Theory]
    [InlineData("0604")]
    [InlineData("0602")]
    [InlineData("0601")]
    [InlineData("0660")]
    [InlineData("0644")]
    [InlineData("0666")]
    public void OpenToOthers_AreRefusedWithTheCommandThatMendsIt(string mode)
    {
        var path = FileOf(mode);

        var exception = Assert.Throws<ResponderException>(() => SecretFile.Read(path, Cause.DkimKey, "DKIM key"));

        Assert.Equal(Cause.DkimKey, exception.Cause);
        Assert.Equal($"DKIM key {path}: its mode {mode} lets others read or change it; run: chmod 0640 {path}",
            exception.Message);
    }

    [Fact]
    public void Missing_IsNamed()
    {
        var exception = Assert.Throws<ResponderException>(
            () => SecretFile.Read("/nowhere/key", Cause.KeyFile, "address key"));

        Assert.Equal("address key /nowhere/key: does not exist", exception.Message);
    }

    [Fact]
    public void New_AreMadeWithTheirMode()
    {
        var path = _folder.PathTo("keys/new.key");
        Directory.CreateDirectory(_folder.PathTo("keys"));

        Assert.True(SecretFile.TryCreate(path, "text", UnixFileMode.UserRead | UnixFileMode.UserWrite));

        Assert.Equal("text", File.ReadAllText(path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.Equal([path], Directory.GetFiles(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public void New_MakeNoFolder()
    {
        Assert.Throws<ResponderException>(
            () => SecretFile.TryCreate(_folder.PathTo("none/new.key"), "text", UnixFileMode.UserRead));

        Assert.False(Directory.Exists(_folder.PathTo("none")));
    }

    [Fact]
    public void Existing_AreLeftAsTheyAre()
    {
        var path = _folder.Write("old.key", "old");

        Assert.False(SecretFile.TryCreate(path, "new", UnixFileMode.UserRead));

        Assert.Equal("old", File.ReadAllText(path));
        Assert.Equal([path], Directory.GetFiles(_folder.Path));
    }

    /// <summary>The owner of the folder can put links into it, which root would follow.</summary>
    [Fact]
    public void New_AreNotMadeByRootInAFolderOfAnotherUser()
    {
        if (!Environment.IsPrivilegedProcess) return;
        var theirs = Directory.CreateDirectory(_folder.PathTo("theirs")).FullName;
        ToolRun.Of("chown", "nobody:", theirs).AssertDone();

        var exception = Assert.Throws<ResponderException>(
            () => SecretFile.TryCreate(Path.Join(theirs, "new.key"), "text", UnixFileMode.UserRead));

        Assert.Contains("belongs to another user", exception.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(theirs));
    }

    private string FileOf(string mode)
    {
        var path = _folder.Write("secret", "secret");
        File.SetUnixFileMode(path, (UnixFileMode)Convert.ToInt32(mode, 8));
        return path;
    }
}
