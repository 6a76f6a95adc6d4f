using MailResponder.Settings;

namespace MailResponder.Book;

/// <summary>The source of the response book and the attachments.</summary>
internal interface IFileSource
{
    /// <summary>Returns the source that the settings name.</summary>
    /// <param name="deadline">The deadline of the message, for waiting for S3.</param>
    /// <param name="progress">Records that the message waits for S3.</param>
    /// <param name="checkUse">Checks the use of a book that the message pulls.</param>
    static IFileSource For(
        ResponderSettings settings, Deadline deadline, Progress progress, UseCheck checkUse) =>
        settings.S3 is null ? new FolderSource(settings) : new PulledSource(settings, deadline, progress, checkUse);

    /// <summary>Reads the response book in force.</summary>
    /// <exception cref="ResponderException">The book cannot be read or has a fault.</exception>
    ResponseBook Book();

    /// <summary>Opens the attachment's content. The caller disposes the stream.</summary>
    /// <exception cref="ResponderException">The file is missing or cannot be read.</exception>
    FileStream Open(ResponseAttachment attachment);

    /// <summary>
    /// Checks the content against the signed hashes, if the settings require signatures. Call this once for each
    /// version of a file.
    /// </summary>
    /// <param name="content">The content, which is read to its end.</param>
    /// <exception cref="ResponderException">
    /// The content is not the signed one (<see cref="Cause.Attachment"/>).
    /// </exception>
    void Verify(ResponseAttachment attachment, Stream content);
}
