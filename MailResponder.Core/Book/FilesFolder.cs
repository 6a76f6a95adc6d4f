using MailResponder.Files;
using MailResponder.Native;

namespace MailResponder.Book;

/// <summary>Attachments as files: <c>root/bucket/file</c>, and never from outside the root.</summary>
internal sealed class FilesFolder(string root)
{
    private readonly string _root = Path.GetFullPath(root);

    /// <summary>
    /// Whether the text can name something below a folder: relative, with no empty, "." or ".." part.
    /// </summary>
    public static bool IsPlainPath(string name) =>
        !name.AsSpan().ContainsAny('\0', '\\') && !Array.Exists(name.Split('/'), part => part is "" or "." or "..");

    /// <summary>The attachment's content.</summary>
    /// <exception cref="ResponderException">
    /// It is missing, unreadable, no file, or a link leads out of the root.
    /// </exception>
    public FileStream Open(ResponseAttachment attachment)
    {
        var path = Path.Join(_root, attachment.Bucket, attachment.File);
        return FileTrouble.InWords(Cause.Attachment, $"attachment {path}", () =>
        {
            if (IsPlainPath(attachment.Bucket) && IsPlainPath(attachment.File))
            {
                // Opened first: that says best why a file cannot be had.
                var file = RegularFile.Open(path);
                if (FileSystem.RealPath(_root) is { } folder && FileSystem.RealPath(path) is { } real
                    && real.StartsWith(folder + "/", StringComparison.Ordinal))
                    return file;
                file.Dispose();
            }

            throw new ResponderException(Cause.Attachment, $"attachment {path}: lies outside of files_root {_root}");
        });
    }
}
