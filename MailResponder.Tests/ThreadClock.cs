using System.Runtime.InteropServices;

namespace MailResponder.Tests;

/// <summary>The processor time of the calling thread, which stops while other threads have the processor.</summary>
internal static class ThreadClock
{
    private const int ThreadProcessorTime = 3; // CLOCK_THREAD_CPUTIME_ID

    public static TimeSpan Now
    {
        get
        {
            var parts = new long[2];
            return clock_gettime(ThreadProcessorTime, parts) == 0
                ? TimeSpan.FromTicks(parts[0] * TimeSpan.TicksPerSecond + parts[1] / TimeSpan.NanosecondsPerTick)
                : throw new InvalidOperationException("clock_gettime failed");
        }
    }

    [DllImport("libc")]
    private static extern int clock_gettime(int clock, [Out] long[] secondsAndNanoseconds);
}
