using System.Runtime.InteropServices;

namespace MailResponder.Settings;

/// <summary>The user who owns the folder that the service writes in.</summary>
internal static unsafe partial class ServiceUser
{
    /// <summary>
    /// Goes on as that user when root runs the program: what root left there would stop the service, and root must not
    /// follow a path that another user can change. Nothing happens for any other user, or when root owns the folder.
    /// </summary>
    /// <exception cref="ResponderException">The owner is no user of this host, or root may not become it.</exception>
    public static void Become(ResponderSettings settings)
    {
        if (OwnerOf(settings) is { } owner && !(Join(owner) is { } group && setgid(group) == 0 && setuid(owner) == 0))
            throw CannotBe(owner, settings);
    }

    /// <summary>The same until it is disposed, for work after which root has to go on.</summary>
    /// <exception cref="ResponderException">The owner is no user of this host, or root may not become it.</exception>
    public static IDisposable? Act(ResponderSettings settings)
    {
        if (OwnerOf(settings) is not { } owner)
            return null;
        return Join(owner) is { } group && setegid(group) == 0 && seteuid(owner) == 0 ? new Root() : throw CannotBe(owner, settings);
    }

    /// <summary>The group of that user; null when root goes on as root, or there is no such user.</summary>
    public static uint? GroupOf(ResponderSettings settings) =>
        OwnerOf(settings) is { } owner && getpwuid(owner) is var user && user is not null ? user->Group : null;

    /// <summary>
    /// Null when this is not root, or the folder is root's. The folder is the one that the settings name: a link in it is
    /// its owner's.
    /// </summary>
    private static uint? OwnerOf(ResponderSettings settings)
    {
        var folder = FolderOf(settings);
        return geteuid() == 0 && FileStatus.TryRead(folder, out var found) && found.Owner != 0 ? found.Owner : null;
    }

    private static string FolderOf(ResponderSettings settings) =>
        settings.Database.SqliteFile is { } file ? Path.GetDirectoryName(Path.GetFullPath(file))! : settings.FilesRoot;

    /// <returns>The user's group; null when there is no such user, or its groups cannot be had.</returns>
    private static uint? Join(uint owner)
    {
        var user = getpwuid(owner);
        if (user is null)
            return null;
        // What getpwuid returned is good until the next call, which initgroups may make.
        var (name, group) = (Marshal.PtrToStringUTF8((nint)user->Name)!, user->Group);
        return initgroups(name, group) == 0 ? group : null;
    }

    private static ResponderException CannotBe(uint owner, ResponderSettings settings) => new(Cause.Settings,
        $"{FolderOf(settings)} belongs to the user {owner}, as whom root cannot go on here; run this as that user, or give the "
        + "folder to one that there is");

    [LibraryImport("libc.so.6")]
    private static partial uint geteuid();

    // getpwnam(3): a static structure, good until the next call.
    [LibraryImport("libc.so.6")]
    private static partial Passwd* getpwuid(uint user);

    [LibraryImport("libc.so.6", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int initgroups(string name, uint group);

    [LibraryImport("libc.so.6")]
    private static partial int setgid(uint group);

    [LibraryImport("libc.so.6")]
    private static partial int setuid(uint user);

    [LibraryImport("libc.so.6")]
    private static partial int setegid(uint group);

    [LibraryImport("libc.so.6")]
    private static partial int seteuid(uint user);

    /// <summary>The beginning of struct passwd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Passwd
    {
        public byte* Name;
        public byte* Password;
        public uint User;
        public uint Group;
    }

    private sealed class Root : IDisposable
    {
        public void Dispose()
        {
            if (seteuid(0) != 0 || setegid(0) != 0)
                throw new InvalidOperationException("root cannot be had back");
        }
    }
}
