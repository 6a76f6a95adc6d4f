namespace MailResponder;

/// <summary>The time by which the filter must have answered, so that Postfix never has to kill it.</summary>
internal sealed class Deadline(TimeProvider clock, TimeSpan length)
{
    private readonly long _start = clock.GetTimestamp();

    public TimeSpan Elapsed => clock.GetElapsedTime(_start);

    /// <summary>The time left; zero after the deadline.</summary>
    public TimeSpan Remaining => Elapsed < length ? length - Elapsed : TimeSpan.Zero;

    /// <summary>
    /// How long to wait for one external call. If the call hangs, a fifth of the time is left for the other entries and
    /// for recording.
    /// </summary>
    public TimeSpan ForOneCall => Remaining * 0.8;
}
