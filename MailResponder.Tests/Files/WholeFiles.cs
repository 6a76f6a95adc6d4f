using MailResponder.Files;

namespace MailResponder.Tests.Files;

/// <summary>Files that appear complete, in a folder that another user can write to.</summary>
public sealed class WholeFiles : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void LinkUnderTheUnfinishedName_IsNotFollowed()
    {
        var target = _folder.Write("of-root", "as it was");
        var file = _folder.PathTo("metrics.prom");
        File.CreateSymbolicLink(UnfinishedFile.NameFor(file), target);
        Assert.True(AtomicFile.Write(file, "new"u8.ToArray()));
        Assert.Equal("new", File.ReadAllText(file));
        Assert.Null(new FileInfo(file).LinkTarget);
        Assert.Equal("as it was", File.ReadAllText(target));
    }
}
