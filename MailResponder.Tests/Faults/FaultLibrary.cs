namespace MailResponder.Tests.Faults;

/// <summary>
/// What is loaded before the program to have the host behave badly: shared libraries that every user can read.
/// </summary>
internal static class FaultLibrary
{
    private static readonly Lazy<string> Faults = new(() => CSource.Compile("faults.c", null, "-shared", "-fPIC"));
    private static readonly Lazy<string> LazyDisk = new(() => CSource.Compile("disk.c", null, "-shared", "-fPIC"));

    /// <summary>faults.c: chosen calls of the program to libc go wrong.</summary>
    public static string File => Faults.Value;

    /// <summary>disk.c: what would be left if the power failed.</summary>
    public static string Disk => LazyDisk.Value;
}
