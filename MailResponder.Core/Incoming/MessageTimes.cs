using System.Text;
using MimeKit;
using MimeKit.Utils;

namespace MailResponder.Incoming;

/// <summary>When a message was made and when it came here, as far as its header tells.</summary>
/// <param name="Made">
/// Date; without one that can be read and that a mail can have, the lowest Received, which is the first host's.
/// </param>
/// <param name="Arrived">
/// The topmost Received, which is our own mail system's and the same at each of its tries. Null when there is none, as
/// in a message that is handed over by hand.
/// </param>
internal readonly record struct MessageTimes(DateTimeOffset? Made, DateTimeOffset? Arrived)
{
    /// <summary>
    /// No mail is older. Programs in another calendar write the Persian year 1405 or the Buddhist 2569, broken ones 126
    /// for 2026, and clocks without a battery begin in 1970 or 1980.
    /// </summary>
    private static readonly DateTimeOffset Earliest = new(1990, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Allows for wrong time zones, and for a clock that is a little ahead.</summary>
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
    /// Whether it was older than <paramref name="maxAge"/> when it came here: how long it has waited here since does
    /// not count. A message without a date, or with one in the future, has no age.
    /// </summary>
    public bool WasOlder(TimeSpan maxAge, DateTimeOffset now) => Made is { } made && (Arrived ?? now) - made > maxAge;

    /// <summary>
    /// Whether it came here less than <paramref name="time"/> ago. Without Received its Date counts. False without
    /// either.
    /// </summary>
    public bool CameWithin(TimeSpan time, DateTimeOffset now) =>
        (Arrived ?? Made) is { } came && (now - came).Duration() < time;

    /// <summary>
    /// The date of Date, or behind the last semicolon of Received. A date is ASCII. To guess the charset of the rest
    /// would take a thousand times its size in memory.
    /// </summary>
    private static DateTimeOffset? DateOf(Header field)
    {
        var text = Encoding.Latin1.GetString(field.RawValue);
        if (field.Id == HeaderId.Received)
            text = text[(text.LastIndexOf(';') + 1)..];
        // MimeKit adds 2000 to a year like 0008 of an emperor's era.
        return !Array.Exists(text.Split(' '), word => word is ['0', _, _, _] && int.TryParse(word, out _))
            && DateUtils.TryParse(text, out var date) ? date : null;
    }
}
