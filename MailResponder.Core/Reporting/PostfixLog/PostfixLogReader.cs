using MailResponder.Settings;

namespace MailResponder.Reporting.PostfixLog;

/// <summary>Reads a log to its end, or for ever from rsyslogd, and keeps what it tells.</summary>
internal sealed class PostfixLogReader : IDisposable
{
    private const int LinesInOneCommit = 5000;

    /// <summary>At some 300 bytes each, with what belongs to them, about a gigabyte.</summary>
    private const long MostMessages = 1_000_000;

    private const long MostRejections = 2_000_000;
    private const int RowsInOneStep = 2000;
    private static readonly TimeSpan BetweenCleanings = TimeSpan.FromMinutes(10);
    private readonly PostfixLogDatabase _database;
    private readonly PostfixLogFollower _follower;
    private readonly PostfixLogSettings _settings;
    private readonly TimeProvider _clock;
    private DateTimeOffset _nextCleaning;

    /// <exception cref="ResponderException">The database cannot be opened.</exception>
    public PostfixLogReader(ResponderSettings settings, TimeProvider clock)
    {
        _settings = settings.PostfixLog;
        _clock = clock;
        _database = PostfixLogDatabase.Open(_settings.Database);
        _follower = new PostfixLogFollower(_database, settings, clock);
    }

    public long Lines => _follower.Lines;

    public long Unknown => _follower.Unknown;

    /// <summary>Keeps a whole file. What is older than the days to be kept goes at the end.</summary>
    /// <exception cref="ResponderException">The database cannot be written.</exception>
    public void ReadFile(Stream file)
    {
        var log = new LogStream(file);
        while (log.Read() is { } line)
        {
            _database.Try(() =>
            {
                _follower.Read(line);
                if (_follower.Lines % LinesInOneCommit == 0)
                    _database.Commit();
                return true;
            });
        }

        _database.Try(() =>
        {
            _database.Commit();
            Clean(TimeSpan.MaxValue);
            return true;
        });
    }

    /// <summary>
    /// Speaks rsyslogd's omprog with confirmMessages: "OK" to begin with, and "OK" for each line once it is kept. One
    /// that cannot be kept is answered with the reason; rsyslogd then waits and brings it again.
    /// </summary>
    /// <exception cref="ResponderException">The database is damaged: it was put aside for the next start.</exception>
    /// <remarks>
    /// Not in omprog's transactions: up to rsyslog 8.2506 at least, the lines of a transaction that fails before its
    /// end are lost (rsyslog issue 2420).
    /// </remarks>
    public void Follow(Stream input, TextWriter answers)
    {
        Answer(answers, "OK");
        var log = new LogStream(input);
        try
        {
            while (log.Read() is { } line)
                Answer(answers, Keep(line));
        }
        catch (ResponderException)
        {
            PostfixLogDatabase.PutAside(_settings.Database);
            throw;
        }

        _database.Try(() =>
        {
            _database.Commit();
            return true;
        });
    }

    public void Dispose() => _database.Dispose();

    private static void Answer(TextWriter answers, string word)
    {
        answers.Write(word + "\n");
        answers.Flush();
    }

    private string Keep(string line)
    {
        try
        {
            return _database.Try(() =>
            {
                _follower.Read(line);
                _database.Commit();
                if (_clock.GetUtcNow() >= _nextCleaning)
                    Clean(TimeSpan.FromSeconds(5));
                return "OK";
            });
        }
        catch (ResponderException exception) when (!PostfixLogDatabase.IsDamage(exception))
        {
            _database.Rollback();
            return exception.Message;
        }
    }

    /// <summary>Deletes what is too old or too much, a little at a time; what is left over goes the next time.</summary>
    private void Clean(TimeSpan atMost)
    {
        var start = _clock.GetTimestamp();
        _nextCleaning = _clock.GetUtcNow() + BetweenCleanings;
        var oldest = PostfixLogReport.Microseconds(_clock.GetUtcNow().AddDays(-_settings.Days));
        var message = Math.Max(oldest, _database.Number("SELECT arrived FROM message ORDER BY arrived DESC LIMIT 1 OFFSET ?1", MostMessages) ?? 0);
        var rejection = Math.Max(oldest, _database.Number("SELECT at FROM rejection ORDER BY at DESC LIMIT 1 OFFSET ?1", MostRejections) ?? 0);
        int deleted;
        do
        {
            _database.Begin();
            deleted = _database.Run($"DELETE FROM message WHERE id IN (SELECT id FROM message WHERE arrived < ?1 LIMIT {RowsInOneStep})", message)
                + _database.Run($"""
                    DELETE FROM rejection WHERE (at, process, nth) IN
                        (SELECT at, process, nth FROM rejection WHERE at < ?1 LIMIT {RowsInOneStep})
                    """, rejection);
            _database.Commit();
        }
        while (deleted >= RowsInOneStep && _clock.GetElapsedTime(start) < atMost);
    }
}
