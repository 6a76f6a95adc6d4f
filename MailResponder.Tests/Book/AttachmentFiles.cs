using MailResponder.Book;

namespace MailResponder.Tests.Book;

public sealed class AttachmentFiles : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FolderSource _files;

    public AttachmentFiles()
    {
        _folder.Write("secret", "secret");
        _folder.Write("root-beside/tool.zip", "secret");
        _folder.Write("root/bucket/tool.zip", "tool");
        _folder.Write("root/bucket/deep/tool.zip", "deep");
        _files = FilesIn("root");
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("bucket", "tool.zip", "tool")]
    [InlineData("bucket", "deep/tool.zip", "deep")]
    [InlineData("bucket/deep", "tool.zip", "deep")]
    public void InBucket_AreOpened(string bucket, string file, string expected) =>
        Assert.Equal(expected, Read(bucket, file));

    [Theory]
    [InlineData("..", "secret")]
    [InlineData("bucket", "../../secret")]
    [InlineData("bucket", "../../root/bucket/tool.zip")]
    [InlineData("bucket/../..", "secret")]
    [InlineData(".", "bucket/tool.zip")]
    [InlineData("bucket", "/etc/passwd")]
    [InlineData("/etc", "passwd")]
    [InlineData("", "secret")]
    [InlineData("bucket", "")]
    [InlineData("bucket\\..\\..", "secret")]
    [InlineData("../root-beside", "tool.zip")]
    public void NamedOutsideOfTheRoot_AreNotOpened(string bucket, string file) => AssertRefused(bucket, file);

    [Fact]
    public void FileLinkOutOfTheRoot_IsNotFollowed()
    {
        File.CreateSymbolicLink(_folder.PathTo("root/bucket/link"), "../../secret");

        AssertRefused("bucket", "link");
    }

    [Fact]
    public void FolderLinkOutOfTheRoot_IsNotFollowed()
    {
        Directory.CreateSymbolicLink(_folder.PathTo("root/elsewhere"), _folder.PathTo("root-beside"));

        AssertRefused("elsewhere", "tool.zip");
    }

    [Fact]
    public void LinkThroughALinkedFolder_IsNotFollowed()
    {
        // The first link stays within the root; the link it leads to does not.
        Directory.CreateSymbolicLink(_folder.PathTo("root/bucket/out"), _folder.Path);
        File.CreateSymbolicLink(_folder.PathTo("root/bucket/link"), "out/secret");

        AssertRefused("bucket", "link");
    }

    [Fact]
    public void LinkWithinTheRoot_IsFollowed()
    {
        Directory.CreateSymbolicLink(_folder.PathTo("root/current"), "bucket/deep");
        File.CreateSymbolicLink(_folder.PathTo("root/bucket/latest.zip"), "tool.zip");

        Assert.Equal("deep", Read("current", "tool.zip"));
        Assert.Equal("tool", Read("bucket", "latest.zip"));
    }

    [Fact]
    public void LinksInACircle_EndInAFault()
    {
        File.CreateSymbolicLink(_folder.PathTo("root/bucket/a"), "b");
        File.CreateSymbolicLink(_folder.PathTo("root/bucket/b"), "a");

        Assert.Equal(Cause.Attachment, Assert.Throws<ResponderException>(() => Read("bucket", "a")).Cause);
    }

    [Fact]
    public void LinkedRoot_IsARoot()
    {
        Directory.CreateSymbolicLink(_folder.PathTo("linked"), _folder.PathTo("root"));
        File.CreateSymbolicLink(_folder.PathTo("root/bucket/latest.zip"), "tool.zip");
        var files = FilesIn("linked");

        using var stream = files.Open(new ResponseAttachment("bucket", "latest.zip", "a", 1));

        Assert.Equal("tool", new StreamReader(stream).ReadToEnd());
    }

    [Theory]
    [InlineData("bucket", "none.zip", "does not exist")]
    [InlineData("none", "tool.zip", "does not exist")]
    [InlineData("bucket", "deep", "is a folder, not a file")]
    public void Unreadable_AreNamed(string bucket, string file, string problem)
    {
        var exception = Assert.Throws<ResponderException>(() => Read(bucket, file));

        Assert.Equal(Cause.Attachment, exception.Cause);
        Assert.Equal($"attachment {_folder.PathTo("root")}/{bucket}/{file}: {problem}", exception.Message);
    }

    private void AssertRefused(string bucket, string file)
    {
        var exception = Assert.Throws<ResponderException>(() => Read(bucket, file));

        Assert.Equal(Cause.Attachment, exception.Cause);
        Assert.EndsWith($"is outside files_root {_folder.PathTo("root")}", exception.Message,
            StringComparison.Ordinal);
    }

    private FolderSource FilesIn(string root) =>
        new(TestSettings.In(_folder.Path) with { FilesRoot = _folder.PathTo(root) });

    private string Read(string bucket, string file)
    {
        using var stream = _files.Open(new ResponseAttachment(bucket, file, "a", 1));
        return new StreamReader(stream).ReadToEnd();
    }
}
