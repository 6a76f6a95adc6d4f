namespace MailResponder;

/// <summary>The time by which the filter must have answered, so that Postfix never has to kill it.</summary>
internal sealed class Deadline(TimeProvider clock, TimeSpan length)
{
    private readonly long _start = clock.GetTimestamp();

    public TimeSpan Elapsed => clock.GetElapsedTime(_start);

    /// <summary>Zero when the deadline has passed.</summary>
    public TimeSpan Remaining => Elapsed < length ? length - Elapsed : TimeSpan.Zero;

    /// <summary>
    /// How long to wait for somebody else: something is left after a call that hangs, for the entries behind it, and
    /// for recording.
    /// </summary>
    public TimeSpan ForOneCall => Remaining * 0.8;
}
