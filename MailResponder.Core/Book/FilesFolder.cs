using MailResponder.Files;
using MailResponder.Native;

namespace MailResponder.Book;

/// <summary>
/// Opens attachments as files: <c>root/bucket/file</c>. Never opens a file outside the root folder.
/// </summary>
internal sealed class FilesFolder(string root)
{
    private readonly string _root = Path.GetFullPath(root);

    /// <summary>
    /// Whether the text is a relative path that stays below a folder: it has no empty, "." or ".." part, and no
    /// backslash or NUL.
    /// </summary>
    public static bool IsPlainPath(string name) =>
        !name.AsSpan().ContainsAny('\0', '\\') && !Array.Exists(name.Split('/'), part => part is "" or "." or "..");

    /// <summary>Opens the attachment's content.</summary>
    /// <exception cref="ResponderException">
    /// The file is missing, unreadable, not a regular file, or outside the root folder (directly or by a symbolic
    /// link).
    /// </exception>
    public FileStream Open(ResponseAttachment attachment)
    {
        var path = Path.Join(_root, attachment.Bucket, attachment.File);
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
}
