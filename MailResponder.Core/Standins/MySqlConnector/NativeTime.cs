using System.Runtime.InteropServices;

namespace MySqlConnector;

/// <summary>MYSQL_TIME: a date, a time of day or a span. 40 bytes on every 64-bit Linux.</summary>
[StructLayout(LayoutKind.Sequential)]
struct NativeTime
{
    const long TicksPerMicrosecond = 10;

    public uint Year;
    public uint Month;
    public uint Day;
    public uint Hour;
    public uint Minute;
    public uint Second;
    public nuint Microseconds;
    public byte Negative;
    public int Kind;

    public static NativeTime Of(DateTime time) => new()
    {
        Year = (uint)time.Year,
        Month = (uint)time.Month,
        Day = (uint)time.Day,
        Hour = (uint)time.Hour,
        Minute = (uint)time.Minute,
        Second = (uint)time.Second,
        Microseconds = (nuint)(time.Ticks % TimeSpan.TicksPerSecond / TicksPerMicrosecond),
        Kind = 1,
    };

    public static NativeTime Of(TimeSpan span) => new()
    {
        Negative = (byte)(span < TimeSpan.Zero ? 1 : 0),
        Day = (uint)Math.Abs(span.Days),
        Hour = (uint)Math.Abs(span.Hours),
        Minute = (uint)Math.Abs(span.Minutes),
        Second = (uint)Math.Abs(span.Seconds),
        Microseconds = (nuint)(Math.Abs(span.Ticks % TimeSpan.TicksPerSecond) / TicksPerMicrosecond),
        Kind = 2,
    };

    /// <exception cref="InvalidCastException">A date that the calendar does not have, such as 0000-00-00.</exception>
    public readonly DateTime ToDateTime() => Year == 0 || Month == 0 || Day == 0
        ? throw new InvalidCastException("The date has a part that is zero.")
        : new DateTime((int)Year, (int)Month, (int)Day, (int)Hour, (int)Minute, (int)Second).AddTicks((long)Microseconds * TicksPerMicrosecond);

    public readonly TimeSpan ToTimeSpan()
    {
        var span = new TimeSpan((int)Day, (int)Hour, (int)Minute, (int)Second).Add(new TimeSpan((long)Microseconds * TicksPerMicrosecond));
        return Negative != 0 ? -span : span;
    }
}
