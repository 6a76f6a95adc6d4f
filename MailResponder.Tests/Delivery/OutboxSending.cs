using MailResponder.Delivery;
using MailResponder.Reply;
using MailResponder.Tests.Reply;

namespace MailResponder.Tests.Delivery;

public sealed class OutboxSending : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly OutgoingReply _reply =
        TestReply.Compose(TestSettings.In("/nowhere"), TestReply.Request(), TestBook.Entry());

    private string Outbox => _folder.PathTo("outbox");

    public void Dispose()
    {
        _reply.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Reply_IsOneFileForItsOwnerAlone()
    {
        var result = new OutboxSender(Outbox).Send(_reply);

        var file = Assert.Single(Directory.GetFileSystemEntries(Outbox));
        Assert.Equal(Path.Join(Outbox, _reply.Name + ".eml"), file);
        Assert.Equal(SendResult.Sent(file), result);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            File.GetUnixFileMode(Outbox));
        using var whole = new MemoryStream();
        _reply.WriteTo(whole);
        Assert.Equal(whole.ToArray(), File.ReadAllBytes(file));
    }

    [Fact]
    public void FileName_DoesNotTellTheRequester() =>
        Assert.DoesNotContain("joe", new OutboxSender("/nowhere").Send(_reply).Detail, StringComparison.Ordinal);

    [Fact]
    public void UnfinishedReply_LeavesNothing()
    {
        using var reply = _reply.WithAttachment(new BrokenAttachment());

        var result = new OutboxSender(Outbox).Send(reply);

        Assert.Equal(SendStatus.Temporary, result.Status);
        Assert.Empty(Directory.GetFileSystemEntries(Outbox));
    }

    [Fact]
    public void FolderThatCannotBe_IsTemporary()
    {
        _folder.Write("outbox", "a file");

        var result = new OutboxSender(Outbox).Send(_reply);

        Assert.Equal(SendStatus.Temporary, result.Status);
        Assert.StartsWith($"outbox {Outbox}: ", result.Detail, StringComparison.Ordinal);
    }
}
