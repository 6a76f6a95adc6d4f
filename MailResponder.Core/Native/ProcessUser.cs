using System.Runtime.InteropServices;

namespace MailResponder.Native;

/// <summary>The user as whom the process acts (credentials(7)).</summary>
internal static unsafe partial class ProcessUser
{
    /// <summary>Its number; root's is 0 (geteuid(2)).</summary>
    public static uint Effective => geteuid();

    /// <summary>The group of the user; null when there is no such user (getpwuid(3)).</summary>
    public static uint? GroupOf(uint user) => getpwuid(user) is var found && found is not null ? found->Group : null;

    /// <summary>Makes root that user for good (setuid(2)).</summary>
    /// <returns>False when there is no such user, or the kernel refuses.</returns>
    public static bool TryBecome(uint user) => Join(user) is { } group && setgid(group) == 0 && setuid(user) == 0;

    /// <summary>Has root act as that user, every thread of it, until <see cref="ActAsRoot"/> (seteuid(2)).</summary>
    /// <returns>False when there is no such user, or the kernel refuses.</returns>
    public static bool TryActAs(uint user) => Join(user) is { } group && setegid(group) == 0 && seteuid(user) == 0;

    /// <exception cref="InvalidOperationException">The kernel refuses.</exception>
    public static void ActAsRoot()
    {
        if (seteuid(0) != 0 || setegid(0) != 0)
            throw new InvalidOperationException("root cannot be had back");
    }

    /// <summary>Takes on the user's groups (initgroups(3)).</summary>
    /// <returns>The user's group; null when there is no such user, or its groups cannot be had.</returns>
    private static uint? Join(uint user)
    {
        var found = getpwuid(user);
        if (found is null)
            return null;
        // What getpwuid returned is good until the next call, which initgroups may make.
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
