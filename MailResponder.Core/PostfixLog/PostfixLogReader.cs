using MailResponder.Logs;
using MailResponder.Settings;
using Microsoft.Data.Sqlite;

namespace MailResponder.PostfixLog;

/// <summary>
/// Reads the lines that were added to the logs of Postfix and of the responder since the last run, and stores their
/// facts. Rows and positions are written in one transaction, so each line counts once, however a run ends.
/// </summary>
/// <remarks>The constructor opens both logs, because perhaps only root can read them.</remarks>
/// <param name="mailLog">Postfix's log.</param>
/// <param name="events">The responder's log of events.</param>
/// <param name="clock">The current time, for times without a year and for the age of rows.</param>
/// <exception cref="ResponderException">A log exists but cannot be opened.</exception>
internal sealed class PostfixLogReader(string mailLog, string events, TimeProvider clock) : IDisposable
{
    /// <summary>The most messages to keep. At about 200 bytes each, they need less than a gigabyte.</summary>
    private const long MostMessages = 1_000_000;

    private const long MostRejections = 2_000_000;

    /// <summary>The name under which the time of the last cleaning is kept, as a position.</summary>
    private const string Cleaning = "cleaning";

    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    // Open the events first. Postfix's log, opened later, then has the lines of all messages in the events.
    private readonly LogFollower _events = new(events, MessageEvent.TimeOf);
    private readonly LogFollower _mail = new(mailLog, line => SyslogLine.TimeOf(line, clock.GetUtcNow()));

    /// <summary>
    /// Stores the facts of the new lines, and once a day deletes rows that are older than the settings say. Then keeps
    /// the <see cref="LastOutcomes"/>. Sets a damaged database aside and begins a new one.
    /// </summary>
    /// <returns>The number of new lines, and how many of them have an unknown form.</returns>
    /// <exception cref="ResponderException">
    /// A log cannot be read, or the database cannot be written: nothing is stored. Or the outcomes cannot be kept.
    /// </exception>
    public (long Lines, long Unknown) Read(ResponderSettings settings)
    {
        try
        {
            return ReadOnce(settings);
        }
        catch (ResponderException exception) when (
            exception.InnerException is SqliteException { SqliteErrorCode: 11 or 26 })
        {
            // Only statistics are lost.
            var file = settings.PostfixLog.Database;
            File.Move(file, file + ".damaged", overwrite: true);
            File.Delete(file + "-journal");
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
            Clean(database, rows, settings.PostfixLog.Days);

            void Follow(string name, LogFollower log, LogLines.Reader read) =>
                rows.SetPosition(name, log.Read(rows.Position(name), read));
        });
        LastOutcomes.Keep(settings.PostfixLog.Database, clock.GetUtcNow());
        return (follower.Lines, follower.Unknown);
    }

    /// <summary>
    /// Deletes rows by number always, and by age once a day. After more than two days, or back in time, the clock has
    /// perhaps jumped: then a day passes first, in which it can be corrected, as after `blacklist reset`.
    /// </summary>
    private void Clean(PostfixLogDatabase database, PostfixLogRows rows, int days)
    {
        var now = clock.GetUtcNow();
        var gap = now - rows.Position(Cleaning).Until;
        if (gap.Duration() >= Day)
            rows.SetPosition(Cleaning, LogPosition.Start with { Until = now });
        var oldest = gap >= Day && gap <= 2 * Day ? PostfixLogReport.Microseconds(now.AddDays(-days)) : 0;
        database.Run("DELETE FROM message WHERE arrived < ?1", Oldest("message", "arrived", MostMessages));
        database.Run("DELETE FROM rejection WHERE at < ?1", Oldest("rejection", "at", MostRejections));
        database.Run("DELETE FROM report WHERE at < ?1", Oldest("report", "at", MostMessages));

        long Oldest(string table, string time, long most) => Math.Max(
            oldest, database.Number($"SELECT {time} FROM {table} ORDER BY {time} DESC LIMIT 1 OFFSET ?1", most) ?? 0);
    }
}
