using System.Runtime.InteropServices;

namespace MailResponder.Tests;

/// <summary>
/// The cost of fresh memory to a thread: the kernel's time for the first use of each page. This takes a fraction of a
/// microsecond on one machine and 17 microseconds on another, so new memory can cost more than the work done with it.
/// </summary>
internal static class PageFaults
{
    private const int CallingThread = 1; // RUSAGE_THREAD
    private const int MinorFaults = 8; // ru_minflt among the 18 numbers of struct rusage
    private const int Pages = 1000;

    private static readonly Lazy<TimeSpan> Cost = new(() => Enumerable.Range(0, 5).Min(_ => Measure()));

    /// <summary>The approximate time that the calling thread has spent on page faults so far.</summary>
    public static TimeSpan Taken => Cost.Value * Count;

    private static long Count
    {
        get
        {
            var usage = new long[18];
            return getrusage(CallingThread, usage) == 0 ? usage[MinorFaults]
                : throw new InvalidOperationException("getrusage failed");
        }
    }

    private static TimeSpan Measure()
    {
        // The C library takes blocks of over 32 MiB from the kernel and gives them back (mallopt(3)).
        var memory = Marshal.AllocHGlobal(64 << 20);
        try
        {
            var (start, faults) = (ThreadClock.Now, Count);
            for (var page = 0; page < Pages; page++)
                Marshal.WriteByte(memory, page * Environment.SystemPageSize, 1);
            return (ThreadClock.Now - start) / Math.Max(1, Count - faults);
        }
        finally
        {
            Marshal.FreeHGlobal(memory);
        }
    }

    [DllImport("libc")]
    private static extern int getrusage(int who, [Out] long[] usage);
}
