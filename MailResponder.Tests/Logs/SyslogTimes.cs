using MailResponder.Logs;

namespace MailResponder.Tests.Logs;

/// <summary>The two time formats at the start of a Postfix log line.</summary>
public sealed class SyslogTimes
{
    [Theory]
    [InlineData("2026-12-31T23:59:58.123456+00:00", "2026-12-31T23:59:58")]
    [InlineData("2027-01-01T01:59:58+02:00", "2026-12-31T23:59:58")]
    [InlineData("Dec 31 23:59:58", "2026-12-31T23:59:58")]
    [InlineData("Jan  1 00:00:05", "2027-01-01T00:00:05")]
    [InlineData("Jan 12 00:00:05", "2026-01-12T00:00:05")]
    public void EveryForm_IsRead(string written, string expected)
    {
        var now = new DateTimeOffset(2027, 1, 1, 0, 0, 10, TimeSpan.Zero);
        Assert.True(SyslogLine.TryParse($"{written} mx postfix/smtpd[5]: connect", now, out var line));
        var time = DateTime.Parse(expected, System.Globalization.CultureInfo.InvariantCulture);
        // A time without an offset is in the host's time zone.
        var offset = written[0] == '2' ? TimeSpan.Zero : TimeZoneInfo.Local.GetUtcOffset(time);
        Assert.Equal(
            new DateTimeOffset(time, offset), line.Time.AddTicks(-(line.Time.Ticks % TimeSpan.TicksPerSecond)));
    }

    [Theory]
    [InlineData("Feb 30 00:00:05")]
    [InlineData("Xxx  1 00:00:05")]
    [InlineData("2026-02-30T00:00:05Z")]
    public void WhatIsNoTime_IsNotRead(string written) =>
        Assert.False(SyslogLine.TryParse($"{written} mx postfix/smtpd[5]: connect", FixedClock.Start, out _));
}
