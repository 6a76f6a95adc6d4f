namespace MailResponder.Tests;

/// <summary>Asserts that four times the input takes about four times the processor time, not sixteen times.</summary>
internal static class LinearCost
{
    private const double Linear = 4;
    private const double Quadratic = 16;

    /// <summary>
    /// Time per byte that is never too much: half of 10 MB in 0.2 s. Touching fresh memory alone costs about as much.
    /// </summary>
    private const double NanosecondsPerByteOfNoAccount = 10;

    /// <param name="make">Makes an input of about the given number of bytes.</param>
    /// <param name="length">The length of the smaller input.</param>
    /// <param name="read">The work to measure.</param>
    public static void Assert(Func<int, byte[]> make, int length, Action<byte[]> read)
    {
        var small = TimeSpan.MaxValue;
        var large = TimeSpan.MaxValue;
        // Once is enough if nothing interferes; otherwise the shortest of several times counts.
        for (var tries = 0; tries < 6 && !IsLinear(small, large, 4 * length); tries++)
        {
            small = Least(small, Time(read, make(length)));
            large = Least(large, TimeInOldMemory(read, make(4 * length)));
        }

        Xunit.Assert.True(IsLinear(small, large, 4 * length),
            $"{small.TotalMilliseconds:F1} ms became {large.TotalMilliseconds:F1} ms for four times the length");
    }

    /// <summary>
    /// Whether the ratio is nearer to the linear factor. Below some milliseconds, and for fast work, the ratio is
    /// noise.
    /// </summary>
    private static bool IsLinear(TimeSpan small, TimeSpan large, int length) =>
        large < TimeSpan.MaxValue
        && (large.TotalMilliseconds < Math.Max(small.TotalMilliseconds, 1) * (Linear + Quadratic) / 2
            || large.TotalNanoseconds < length * NanosecondsPerByteOfNoAccount);

    private static TimeSpan Time(Action<byte[]> read, byte[] input)
    {
        var start = ThreadClock.Now;
        read(input);
        return ThreadClock.Now - start;
    }

    /// <summary>
    /// Measures without garbage collection, which runs on this thread because of other tests' data, and without the
    /// cost of fresh memory, which the larger input needs when the smaller one did not.
    /// </summary>
    private static TimeSpan TimeInOldMemory(Action<byte[]> read, byte[] input)
    {
        var others = GC.GetTotalPauseDuration() + PageFaults.Taken;
        return Time(read, input) - (GC.GetTotalPauseDuration() + PageFaults.Taken - others);
    }

    private static TimeSpan Least(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
