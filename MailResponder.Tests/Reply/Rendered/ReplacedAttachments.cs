using MailResponder.Book;
using MailResponder.Files;
using MailResponder.Reply;
using MailResponder.Reply.Rendered;
using MimeKit;

namespace MailResponder.Tests.Reply.Rendered;

/// <summary>
/// An attachment is overwritten while a message is answered. The bytes to send are no longer the ones that were
/// verified, or hashed for the signature, so the message waits.
/// </summary>
public sealed class ReplacedAttachments : IDisposable
{
    private readonly RenderedPlace _place = new();

    public void Dispose() => _place.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ReplacedWhileItIsVerified_Defers(bool rendered)
    {
        var files = new Replacing(_place);
        if (rendered)
            RenderedPlace.Settle();
        var renderings = new Renderings(
            _place.Settings, files, rendered ? new RenderingFolder(_place.Settings) : null);
        var entry = Assert.Single(renderings.Book().EntriesFor(RenderedPlace.FileAddress));

        var thrown = Assert.Throws<ResponderException>(() => renderings.Body(entry, "example.net"));

        Assert.Equal(Cause.Attachment, thrown.Cause);
        Assert.Contains("was changed while it was read", thrown.Message, StringComparison.Ordinal);
    }

    /// <summary>The text may state the hash of the attachment, or the password of an archive.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ReplacedTogetherWithTheBook_IsNotSentWithTheOldText(bool rendered)
    {
        if (rendered)
        {
            RenderedPlace.Settle();
            _place.RenderAll();
        }

        var renderings = _place.Renderings(rendered);
        var entry = Assert.Single(renderings.Book().EntriesFor(RenderedPlace.FileAddress));
        _place.WriteAttachment("The next tool");
        _place.WriteBook("The next links");

        AssertDefers(renderings, entry);
        Assert.Contains("The next links", _place.Answer(RenderedPlace.FileAddress), StringComparison.Ordinal);
    }

    /// <summary>A pull gives the book this time before it replaces attachments, and then replaces the book.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void BookThatAPullIsAboutToReplace_SendsNoAttachment(bool rendered)
    {
        File.SetLastWriteTimeUtc(_place.Settings.ResponseBook, DateTime.UnixEpoch);
        var renderings = _place.Renderings(rendered);

        AssertDefers(renderings, Assert.Single(renderings.Book().EntriesFor(RenderedPlace.FileAddress)));
        Assert.NotEmpty(_place.Answer(RenderedPlace.Address));
    }

    private static void AssertDefers(Renderings renderings, ResponseEntry entry)
    {
        var thrown = Assert.Throws<ResponderException>(() => renderings.Body(entry, "example.net"));
        Assert.Equal(Cause.Attachment, thrown.Cause);
        Assert.Contains("the response book is being replaced", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ReplacedBeforeItIsSent_IsAnError()
    {
        var renderings = _place.Renderings(rendered: false);
        var entry = Assert.Single(renderings.Book().EntriesFor(RenderedPlace.FileAddress));
        using var body = renderings.Body(entry, "example.net");
        using var reply = new OutgoingReply(new MimeMessage(new HeaderList()), body, "", "", "");

        _place.Overwrite("The lure");

        Assert.Throws<ChangedFileException>(() => reply.WriteTo(new MemoryStream()));
    }

    private sealed class Replacing(RenderedPlace place) : FolderSource(place.Settings)
    {
        public override void Verify(ResponseAttachment attachment, Stream content)
        {
            base.Verify(attachment, content);
            place.Overwrite("The lure");
        }
    }
}
