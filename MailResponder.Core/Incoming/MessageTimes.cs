using System.Text;
using MimeKit;
using MimeKit.Utils;

namespace MailResponder.Incoming;

/// <summary>When a message was written and when it arrived here, as far as its header tells.</summary>
/// <param name="Made">
/// The time in Date. If that is missing, unreadable or impossible for a mail, the time in the lowest usable Received
/// field, which is the one nearest to the first host. Null if there is none.
/// </param>
/// <param name="Arrived">
/// The time in the topmost Received field. Our own mail system wrote it, and it is the same on each delivery attempt.
/// Null if there is none, as in a message that a person feeds to the program.
/// </param>
internal readonly record struct MessageTimes(DateTimeOffset? Made, DateTimeOffset? Arrived)
{
    /// <summary>
    /// The earliest possible date. Programs with another calendar write the Persian year 1405 or the Buddhist year
    /// 2569, broken ones write 126 for 2026, and clocks without a battery start in 1970 or 1980.
    /// </summary>
    private static readonly DateTimeOffset Earliest = new(1990, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>
    /// How far in the future a date may be. This allows for wrong time zones, and for a clock that is a little ahead.
    /// </summary>
    private static readonly TimeSpan MostAhead = TimeSpan.FromDays(2);

    public static MessageTimes Of(HeaderList headers, DateTimeOffset now)
    {
        var first = headers.IndexOf("Received");
        var arrived = first < 0 ? null : DateOf(headers[first]);
        var date = headers.IndexOf("Date");
        return new MessageTimes((date < 0 ? null : Possible(DateOf(headers[date]))) ?? FirstReceived(), arrived);

        DateTimeOffset? Possible(DateTimeOffset? date) =>
            date >= Earliest && date - (arrived ?? now) <= MostAhead ? date : null;

        DateTimeOffset? FirstReceived()
        {
            for (var i = headers.Count - 1; first >= 0 && i >= first; i--)
            {
                if (headers[i].Id == HeaderId.Received && Possible(DateOf(headers[i])) is { } date)
                    return date;
            }

            return null;
        }
    }

    /// <summary>
    /// Whether the message was older than <paramref name="maxAge"/> when it arrived here. The time that it has waited
    /// here since then does not count. False for a message without a date, or with a date in the future.
    /// </summary>
    public bool WasOlder(TimeSpan maxAge, DateTimeOffset now) => Made is { } made && (Arrived ?? now) - made > maxAge;

    /// <summary>
    /// Whether the message arrived here less than <paramref name="time"/> ago. Without a Received field, the time when
    /// it was written counts. False if neither is known.
    /// </summary>
    public bool CameWithin(TimeSpan time, DateTimeOffset now) =>
        (Arrived ?? Made) is { } came && (now - came).Duration() < time;

    /// <summary>
    /// Returns the date in Date, or the one after the last semicolon of Received. A date is ASCII, so the value is read
    /// as Latin-1. To guess the charset of the rest would take a thousand times its size in memory.
    /// </summary>
    private static DateTimeOffset? DateOf(Header field)
    {
        var text = Encoding.Latin1.GetString(field.RawValue);
        if (field.Id == HeaderId.Received)
            text = text[(text.LastIndexOf(';') + 1)..];
        // MimeKit adds 2000 to a year like 0008, which is counted from the start of an emperor's era.
        return !Array.Exists(text.Split(' '), word => word is ['0', _, _, _] && int.TryParse(word, out _))
            && DateUtils.TryParse(text, out var date) ? date : null;
    }
}
