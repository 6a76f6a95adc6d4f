namespace MailResponder.Tests.Faults;

/// <summary>
/// What is loaded before the program to have the host behave badly: shared libraries that every user can read.
/// </summary>
internal static class FaultLibrary
{
    static readonly Lazy<string> faults = new(() => CSource.Compile("faults.c", null, "-shared", "-fPIC"));
    static readonly Lazy<string> disk = new(() => CSource.Compile("disk.c", null, "-shared", "-fPIC"));

    /// <summary>faults.c: chosen calls of the program to libc go wrong.</summary>
    public static string File => faults.Value;

    /// <summary>disk.c: what would be left if the power failed.</summary>
    public static string Disk => disk.Value;
}
