namespace MailResponder.Tests;

/// <summary>Four times the input costs four times the processor time, not sixteen times.</summary>
internal static class LinearCost
{
    private const double Linear = 4;
    private const double Quadratic = 16;

    /// <summary>Half of what 10 MB in 0.2 s are; memory alone, seen for the first time, costs about as much.</summary>
    private const double NanosecondsPerByteOfNoAccount = 10;

    /// <param name="make">Makes an input of about so many bytes.</param>
    /// <param name="length">Of the smaller one.</param>
    /// <param name="read">What is measured.</param>
    public static void Assert(Func<int, byte[]> make, int length, Action<byte[]> read)
    {
        var small = TimeSpan.MaxValue;
        var large = TimeSpan.MaxValue;
        // Once is enough when nothing disturbs; the least of several otherwise.
        for (var tries = 0; tries < 6 && !IsLinear(small, large, 4 * length); tries++)
        {
            small = Least(small, Time(read, make(length)));
            large = Least(large, TimeInOldMemory(read, make(4 * length)));
        }

        Xunit.Assert.True(IsLinear(small, large, 4 * length),
            $"{small.TotalMilliseconds:F1} ms became {large.TotalMilliseconds:F1} ms for four times the length");
    }

    /// <summary>
    /// Between the two factors; below some milliseconds, and for what is quick anyway, the ratio is noise.
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
    /// Without the collector, which works on this thread as long as what all other tests keep wants it to, and without
    /// fresh memory, which the larger input needs when there was enough for the smaller one.
    /// </summary>
    private static TimeSpan TimeInOldMemory(Action<byte[]> read, byte[] input)
    {
        var others = GC.GetTotalPauseDuration() + PageFaults.Taken;
        return Time(read, input) - (GC.GetTotalPauseDuration() + PageFaults.Taken - others);
    }

    private static TimeSpan Least(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
