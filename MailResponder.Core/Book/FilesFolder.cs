using MailResponder.Files;

namespace MailResponder.Book;

/// <summary>Attachments as files: <c>root/bucket/file</c>, and never from outside the root.</summary>
internal sealed class FilesFolder(string root)
{
    /// <summary>As many as the kernel follows (path_resolution(7)).</summary>
    private const int MaxLinks = 40;

    private readonly string _root = Path.GetFullPath(root);

    /// <summary>
    /// Whether the text can name something below a folder: relative, with no empty, "." or ".." part.
    /// </summary>
    public static bool IsPlainPath(string name)
    {
        if (name.Length == 0 || name.Contains('\0') || name.Contains('\\'))
            return false;
        foreach (var part in name.Split('/'))
        {
            if (part is "" or "." or "..")
                return false;
        }

        return true;
    }

    /// <summary>The attachment's content.</summary>
    /// <exception cref="ResponderException">
    /// It is missing, unreadable, no file, or a link leads out of the root.
    /// </exception>
    public FileStream Open(ResponseAttachment attachment)
    {
        var path = Path.Join(_root, attachment.Bucket, attachment.File);
        return FileTrouble.InWords(Cause.Attachment, $"attachment {path}", () =>
        {
            if (!IsPlainPath(attachment.Bucket) || !IsPlainPath(attachment.File)
                || !RealPath(path).StartsWith(RealPath(_root) + "/", StringComparison.Ordinal))
            {
                throw new ResponderException(Cause.Attachment,
                    $"attachment {path}: lies outside of files_root {_root}");
            }

            return RegularFile.Open(path);
        });
    }

    /// <summary>The path without any link in it (realpath(3)). A part that does not exist is no link.</summary>
    private static string RealPath(string path)
    {
        var real = "";
        var rest = new Stack<string>(StepsBackwards(path));
        for (var links = 0; rest.TryPop(out var part);)
        {
            if (part == "..")
            {
                real = real[..Math.Max(0, real.LastIndexOf('/'))];
                continue;
            }

            if (part == ".")
                continue;
            var next = real + "/" + part;
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                real = next;
                continue;
            }

            if (++links > MaxLinks)
                throw new IOException("too many links");
            if (target.StartsWith('/'))
                real = "";
            foreach (var step in StepsBackwards(target))
                rest.Push(step);
        }

        return real;
    }

    private static IEnumerable<string> StepsBackwards(string path) =>
        Enumerable.Reverse(path.Split('/', StringSplitOptions.RemoveEmptyEntries));
}
