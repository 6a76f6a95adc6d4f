using MailResponder.Files;
using MailResponder.Native;
using MailResponder.Settings;

namespace MailResponder.Book;

/// <summary>
/// The response book and the attachments in the folders of this host. The attachments are files of files_root:
/// <c>root/bucket/file</c>. No file outside that folder is opened.
/// </summary>
/// <param name="settings">The settings, which name the folders.</param>
/// <param name="cache">Pulls missing files from S3. Null: a missing file is an error.</param>
internal class FolderSource(ResponderSettings settings, ColdCache? cache = null)
{
    private readonly string _root = Path.GetFullPath(settings.FilesRoot);
    private readonly BookSeal _seal = new(settings);

    /// <summary>
    /// Whether the text is a relative path that stays below a folder: it has no empty, "." or ".." part, and no
    /// backslash or NUL.
    /// </summary>
    public static bool IsPlainPath(string name) =>
        !name.AsSpan().ContainsAny('\0', '\\') && !Array.Exists(name.Split('/'), part => part is "" or "." or "..");

    /// <summary>Reads the response book in force.</summary>
    /// <exception cref="ResponderException">The book cannot be read or has a fault.</exception>
    public ResponseBook Book()
    {
        cache?.Fill(settings.ResponseBook);
        return ResponseBook.Load(settings.ResponseBook, _seal);
    }

    /// <summary>Opens the attachment's content. The caller disposes the stream.</summary>
    /// <exception cref="ResponderException">
    /// The file is missing, unreadable, not a regular file, or outside the root folder (directly or by a symbolic
    /// link).
    /// </exception>
    public FileStream Open(ResponseAttachment attachment)
    {
        var path = Path.Join(_root, attachment.Bucket, attachment.File);
        cache?.Fill(path);
        return FileTrouble.InWords(Cause.Attachment, $"attachment {path}", () =>
        {
            if (IsPlainPath(attachment.Bucket) && IsPlainPath(attachment.File))
            {
                // Open the file before checking its real path: a failure to open gives the most precise error.
                var file = RegularFile.Open(path);
                if (FileSystem.RealPath(_root) is { } folder && FileSystem.RealPath(path) is { } real
                    && real.StartsWith(folder + "/", StringComparison.Ordinal))
                    return file;
                file.Dispose();
            }

            throw new ResponderException(Cause.Attachment, $"attachment {path}: is outside files_root {_root}");
        });
    }

    /// <summary>
    /// Checks the content against the signed hashes, if the settings require signatures. Call this once for each
    /// version of a file.
    /// </summary>
    /// <param name="content">The content, which is read to its end.</param>
    /// <exception cref="ResponderException">
    /// The content is not the signed one (<see cref="Cause.Attachment"/>).
    /// </exception>
    public virtual void Verify(ResponseAttachment attachment, Stream content) =>
        _seal.CheckAttachment(attachment, content);
}
