using MailResponder.Logs;
using MailResponder.Settings;

namespace MailResponder.PostfixLog;

/// <summary>
/// Reads what came into the logs of Postfix and of the responder since the last time, and keeps what it tells. Rows and
/// position are kept in one transaction: however a run ends, each line counts once.
/// </summary>
/// <param name="mailLog">Postfix's; both are opened at once, because root may be the only one who reads them.</param>
/// <param name="events">The responder's, for programs.</param>
/// <param name="clock">Tells the year of a time without one, and what is too old.</param>
/// <exception cref="ResponderException">One of them is there and cannot be opened.</exception>
internal sealed class PostfixLogReader(string mailLog, string events, TimeProvider clock) : IDisposable
{
    /// <summary>About 200 bytes each, so less than a gigabyte.</summary>
    private const long MostMessages = 1_000_000;

    private const long MostRejections = 2_000_000;

    // The events first: Postfix's log, opened later, then has the lines of all messages in them.
    private readonly LogFollower _events = new(events, MessageEvent.TimeOf);
    private readonly LogFollower _mail = new(mailLog, line => SyslogLine.TimeOf(line, clock.GetUtcNow()));

    /// <summary>Keeps what is new, and deletes rows older than the days of the settings.</summary>
    /// <returns>The number of lines that were new, and how many of them are not of a form known here.</returns>
    /// <exception cref="ResponderException">
    /// A log cannot be read, or the database not be written: nothing is kept.
    /// </exception>
    public (long Lines, long Unknown) Read(ResponderSettings settings)
    {
        try
        {
            return ReadOnce(settings);
        }
        catch (ResponderException exception) when (PostfixLogDatabase.IsDamage(exception))
        {
            PostfixLogDatabase.PutAside(settings.PostfixLog.Database);
            return ReadOnce(settings);
        }
    }

    public void Dispose()
    {
        _mail.Dispose();
        _events.Dispose();
    }

    private (long Lines, long Unknown) ReadOnce(ResponderSettings settings)
    {
        using var database = PostfixLogDatabase.Open(settings.PostfixLog.Database);
        var follower = new PostfixLogFollower(database, settings, clock);
        database.Write(() =>
        {
            var rows = new PostfixLogRows(database);
            Follow("mail", _mail, follower.ReadMail);
            Follow("events", _events, follower.ReadEvent);
            Clean(database, settings.PostfixLog.Days);

            void Follow(string name, LogFollower log, LogLines.Reader read) =>
                rows.SetPosition(name, log.Read(rows.Position(name), read));
        });
        return (follower.Lines, follower.Unknown);
    }

    private void Clean(PostfixLogDatabase database, int days)
    {
        var oldest = PostfixLogReport.Microseconds(clock.GetUtcNow().AddDays(-days));
        database.Run("DELETE FROM message WHERE arrived < ?1", Oldest("message", "arrived", MostMessages));
        database.Run("DELETE FROM rejection WHERE at < ?1", Oldest("rejection", "at", MostRejections));
        database.Run("DELETE FROM report WHERE at < ?1", Oldest("report", "at", MostMessages));

        long Oldest(string table, string time, long most) => Math.Max(
            oldest, database.Number($"SELECT {time} FROM {table} ORDER BY {time} DESC LIMIT 1 OFFSET ?1", most) ?? 0);
    }
}
