using MailResponder.Settings;

namespace MailResponder.Responses;

/// <summary>Attachments as files: <c>root/bucket/file</c>, and never from outside the root.</summary>
internal sealed class FilesFolder(string root)
{
    private readonly string _root = Path.GetFullPath(root);

    /// <summary>Whether the text can name something below a folder: relative, with no empty, "." or ".." part.</summary>
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
    /// <exception cref="ResponderException">It is missing, unreadable, no file, or a link leads out of the root.</exception>
    public FileStream Open(ResponseAttachment attachment)
    {
        var path = Path.Join(_root, attachment.Bucket, attachment.File);
        try
        {
            if (!IsPlainPath(attachment.Bucket) || !IsPlainPath(attachment.File) || LeadsOut(path))
                throw new ResponderException(Cause.Attachment, $"attachment {path}: lies outside of files_root {_root}");
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ResponderException(Cause.Attachment, $"attachment {path}: {FileTrouble.Describe(exception)}", exception);
        }
    }

    private bool LeadsOut(string path)
    {
        var root = Target(_root);
        for (var part = path; part.Length > _root.Length; part = Path.GetDirectoryName(part)!)
        {
            if (File.ResolveLinkTarget(part, returnFinalTarget: true) is { } target
                && !target.FullName.StartsWith(root + "/", StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;

        static string Target(string folder) => Directory.ResolveLinkTarget(folder, returnFinalTarget: true)?.FullName ?? folder;
    }
}
