using MailResponder.Settings;

namespace MailResponder.Book;

/// <summary>Book and attachments as they lie on this host.</summary>
internal sealed class FolderSource(ResponderSettings settings) : IFileSource
{
    private readonly FilesFolder _files = new(settings.FilesRoot);

    public ResponseBook Book() => ResponseBook.Load(settings.ResponseBook);

    public FileStream Open(ResponseAttachment attachment) => _files.Open(attachment);
}
