using MailResponder.Native;

namespace MailResponder.Files;

/// <summary>
/// Keeps root from creating files in other users' folders. The owner of a folder can put a symbolic link into it, and
/// root would follow the link to any file of the host.
/// </summary>
internal static class OwnFolder
{
    /// <exception cref="ResponderException">
    /// The process runs as root, and the folder, or its nearest existing parent, belongs to another user.
    /// </exception>
    public static void Require(string folder)
    {
        if (!Environment.IsPrivilegedProcess)
            return;
        var nearest = folder;
        FileStatus found;
        while (!FileStatus.TryRead(nearest, out found) && Path.GetDirectoryName(nearest) is { } above)
            nearest = above;
        if (found.Owner != 0)
        {
            throw new ResponderException(Cause.Settings,
                $"{nearest} belongs to another user, who could make root write anywhere through a link; run this as "
                + $"that user: setpriv --reuid=$(stat -c %u {nearest}) --regid=$(stat -c %g {nearest}) "
                + "--clear-groups …");
        }
    }
}
