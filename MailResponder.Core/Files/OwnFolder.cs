using MailResponder.Native;

namespace MailResponder.Files;

/// <summary>
/// Keeps root from making files in the folders of other users. The owner of a folder can put a link into it, and root
/// would follow it to any file of the host.
/// </summary>
internal static class OwnFolder
{
    /// <exception cref="ResponderException">
    /// This is root, and the folder, or the nearest one above that is there, is another user's.
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
                $"{nearest} belongs to another user, who could have root write anywhere by a link: run this as that "
                + $"user: setpriv --reuid=$(stat -c %u {nearest}) --regid=$(stat -c %g {nearest}) --clear-groups …");
        }
    }
}
