using MailResponder.Settings;

namespace MailResponder.Book;

/// <summary>Where the response book and the attachments come from.</summary>
internal interface IFileSource
{
    /// <summary>The source that the settings name.</summary>
    static IFileSource For(ResponderSettings settings, Deadline deadline, Progress progress) =>
        settings.S3 is null ? new FolderSource(settings) : new PulledSource(settings, deadline, progress);

    /// <summary>The book in force.</summary>
    /// <exception cref="ResponderException">It cannot be read, or has a fault.</exception>
    ResponseBook Book();

    /// <summary>The attachment's content.</summary>
    /// <exception cref="ResponderException">It is missing or cannot be read.</exception>
    FileStream Open(ResponseAttachment attachment);

    /// <summary>
    /// Looks whether the content is what was signed, when the settings say that it is: to be called once for each state
    /// of a file.
    /// </summary>
    /// <exception cref="ResponderException">It is not (<see cref="Cause.Attachment"/>).</exception>
    void Verify(ResponseAttachment attachment, Stream content);
}
