namespace MailResponder.Tests.Faults;

/// <summary>
/// Shared libraries that are preloaded into the program to make the host misbehave. Every user can read them.
/// </summary>
internal static class FaultLibrary
{
    private static readonly Lazy<string> Faults = new(() => CSource.Compile("faults.c", null, "-shared", "-fPIC"));
    private static readonly Lazy<string> LazyDisk = new(() => CSource.Compile("disk.c", null, "-shared", "-fPIC"));

    /// <summary>faults.c: makes chosen calls of the program to libc fail.</summary>
    public static string File => Faults.Value;

    /// <summary>disk.c: records what would be left after a power failure.</summary>
    public static string Disk => LazyDisk.Value;
}
