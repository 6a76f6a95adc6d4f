using System.Runtime.InteropServices;

namespace MailResponder.Native;

/// <summary>The user and group identity of the process (credentials(7)).</summary>
internal static unsafe partial class ProcessUser
{
    /// <summary>The number of the effective user; root's is 0 (geteuid(2)).</summary>
    public static uint Effective => geteuid();

    /// <summary>Returns the primary group of a user. Null if the user does not exist (getpwuid(3)).</summary>
    public static uint? GroupOf(uint user) => getpwuid(user) is var found && found is not null ? found->Group : null;

    /// <summary>Changes root to the given user permanently (setuid(2)).</summary>
    /// <returns>False if the user does not exist, or the kernel refuses.</returns>
    public static bool TryBecome(uint user) => Join(user) is { } group && setgid(group) == 0 && setuid(user) == 0;

    /// <summary>Makes root act as the given user, in all threads, until <see cref="ActAsRoot"/> (seteuid(2)).</summary>
    /// <returns>False if the user does not exist, or the kernel refuses.</returns>
    public static bool TryActAs(uint user) => Join(user) is { } group && setegid(group) == 0 && seteuid(user) == 0;

    /// <exception cref="InvalidOperationException">The kernel refuses.</exception>
    public static void ActAsRoot()
    {
        if (seteuid(0) != 0 || setegid(0) != 0)
            throw new InvalidOperationException("cannot become root again");
    }

    /// <summary>Sets the process's groups to the user's (initgroups(3)).</summary>
    /// <returns>The user's primary group. Null if the user does not exist, or the groups cannot be set.</returns>
    private static uint? Join(uint user)
    {
        var found = getpwuid(user);
        if (found is null)
            return null;
        // The result of getpwuid is valid until the next call, which initgroups may make.
        var (name, group) = (Marshal.PtrToStringUTF8((nint)found->Name)!, found->Group);
        return initgroups(name, group) == 0 ? group : null;
    }

    [LibraryImport("libc.so.6")]
    private static partial uint geteuid();

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

    /// <summary>The first fields of struct passwd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Passwd
    {
        public byte* Name;
        public byte* Password;
        public uint User;
        public uint Group;
    }
}
