using MailResponder.Settings;

namespace MailResponder.Book;

/// <summary>The response book and the attachments in the folders of this host.</summary>
internal sealed class FolderSource(ResponderSettings settings) : IFileSource
{
    private readonly FilesFolder _files = new(settings.FilesRoot);
    private readonly BookSeal _seal = new(settings);

    public ResponseBook Book() => ResponseBook.Load(settings.ResponseBook, _seal);

    public FileStream Open(ResponseAttachment attachment) => _files.Open(attachment);

    public void Verify(ResponseAttachment attachment, Stream content) => _seal.CheckAttachment(attachment, content);
}
