using MailResponder.Native;

namespace MailResponder.Settings;

/// <summary>The user that the service runs as. This is the owner of the folder that the service writes to.</summary>
internal static class ServiceUser
{
    /// <summary>
    /// Makes the process run as that user if root started it. Files that root left in the folder would stop the
    /// service, and root must not follow a path that another user can change. Does nothing for any other user, or if
    /// root owns the folder.
    /// </summary>
    /// <exception cref="ResponderException">The owner is no user of this host, or root may not become it.</exception>
    public static void Become(ResponderSettings settings)
    {
        if (OwnerOf(settings) is { } owner && !ProcessUser.TryBecome(owner))
            throw CannotBe(owner, settings);
    }

    /// <summary>
    /// Makes the process act as that user until the result is disposed, for callers that must continue as root. Null if
    /// there is nothing to do.
    /// </summary>
    /// <exception cref="ResponderException">The owner is no user of this host, or root may not become it.</exception>
    public static IDisposable? Act(ResponderSettings settings) =>
        OwnerOf(settings) is { } owner ? Act(owner) ?? throw CannotBe(owner, settings) : null;

    /// <summary>Makes the process act as any user until the result is disposed. Only root may call this.</summary>
    /// <returns>Null if there is no such user, or root may not become it.</returns>
    public static IDisposable? Act(uint user) => ProcessUser.TryActAs(user) ? new Root() : null;

    /// <summary>Returns the group of that user. Null if root continues as root, or if there is no such user.</summary>
    public static uint? GroupOf(ResponderSettings settings) =>
        OwnerOf(settings) is { } owner ? ProcessUser.GroupOf(owner) : null;

    /// <summary>
    /// Returns the owner of the folder. Null if the process does not run as root, or if root owns the folder. The
    /// folder is the one that the settings name, even if it holds a symbolic link to the file.
    /// </summary>
    private static uint? OwnerOf(ResponderSettings settings) => ProcessUser.Effective == 0
        && FileStatus.TryRead(FolderOf(settings), out var found) && found.Owner != 0 ? found.Owner : null;

    private static string FolderOf(ResponderSettings settings) =>
        settings.Database.SqliteFile is { } file ? Path.GetDirectoryName(Path.GetFullPath(file))! : settings.FilesRoot;

    private static ResponderException CannotBe(uint owner, ResponderSettings settings) => new(Cause.Settings,
        $"{FolderOf(settings)} belongs to the user {owner}, and root cannot switch to that user here; run this as that "
            + "user, or give the folder to a user that exists");

    private sealed class Root : IDisposable
    {
        public void Dispose() => ProcessUser.ActAsRoot();
    }
}
