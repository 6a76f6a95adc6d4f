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
        if (geteuid() != 0)
            return;
        var folder = FolderOf(settings);
        if (!FileStatus.TryRead(folder, out var found) || found.Owner == 0)
            return;
        var user = getpwuid(found.Owner);
        if (user is null || initgroups(user->Name, user->Group) != 0 || setgid(user->Group) != 0 || setuid(found.Owner) != 0)
        {
            throw new ResponderException(Cause.Settings, $"{folder} belongs to the user {found.Owner}, as whom root cannot go on "
                + $"here; run this as that user, or give the folder to one that there is");
        }
    }

    private static string FolderOf(ResponderSettings settings) => settings.Database.SqliteFile is not { } file ? settings.FilesRoot
        : Path.GetDirectoryName(File.Exists(file) && File.ResolveLinkTarget(file, returnFinalTarget: true) is { } target
            ? target.FullName : Path.GetFullPath(file))!;

    [LibraryImport("libc.so.6")]
    private static partial uint geteuid();

    // getpwnam(3): a static structure, good until the next call.
    [LibraryImport("libc.so.6")]
    private static partial Passwd* getpwuid(uint user);

    [LibraryImport("libc.so.6")]
    private static partial int initgroups(byte* name, uint group);

    [LibraryImport("libc.so.6")]
    private static partial int setgid(uint group);

    [LibraryImport("libc.so.6")]
    private static partial int setuid(uint user);

    /// <summary>The beginning of struct passwd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Passwd
    {
        public byte* Name;
        public byte* Password;
        public uint User;
        public uint Group;
    }
}
