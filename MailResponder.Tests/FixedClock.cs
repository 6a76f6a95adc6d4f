namespace MailResponder.Tests;

/// <summary>A clock that shows the time set by the test.</summary>
internal sealed class FixedClock(DateTimeOffset? now = null) : TimeProvider
{
    private static readonly TimeZoneInfo Zone =
        TimeZoneInfo.CreateCustomTimeZone("Test", new TimeSpan(3, 30, 0), "Test", "Test");

    public static DateTimeOffset Start { get; } = new(2026, 3, 2, 8, 15, 0, TimeSpan.Zero);

    public DateTimeOffset Now { get; set; } = now ?? Start;

    public override TimeZoneInfo LocalTimeZone => Zone;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => Now;

    public override long GetTimestamp() => Now.UtcTicks;
}
