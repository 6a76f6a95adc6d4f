using MailResponder.Settings;

namespace MailResponder.Store;

/// <summary>
/// What is answered in a minute and in a day, for each domain and in all. Both are those of the clock (UTC), and a row
/// of today holds the present minute too: the reset deletes those of earlier days.
/// </summary>
/// <remarks>
/// All messages of a fleet count in the one row of the service. It is locked last, so that it is held for no longer
/// than a commit takes; and as everybody locks quota, domain and service in this order, nobody waits in a circle.
/// </remarks>
internal sealed class LimitCounters(IDatabase database, TimeProvider clock)
{
    private const int SecondsOfMinute = 60;
    private const int SecondsOfDay = 24 * 60 * 60;

    /// <summary>A limit of a minute is reached again and again; a line for each minute helps nobody.</summary>
    private const int QuietSeconds = 60 * 60;

    /// <summary>
    /// Shorter than any hash; not empty, or it would not come after the empty key with which deletions begin.
    /// </summary>
    private static readonly byte[] Service = [0];

    /// <summary>In days since 1970, UTC; days before it count for nothing.</summary>
    public long Today => clock.GetUtcNow().ToUnixTimeSeconds() / SecondsOfDay;

    /// <summary>When a limit that is reached now admits a message again.</summary>
    public DateTimeOffset EndOf(Limit limit)
    {
        var (now, length) = (clock.GetUtcNow().ToUnixTimeSeconds(),
            limit is Limit.DomainPerMinute or Limit.ServicePerMinute ? SecondsOfMinute : SecondsOfDay);
        return DateTimeOffset.FromUnixTimeSeconds((now / length + 1) * length);
    }

    /// <summary>Counts one message.</summary>
    /// <param name="domain">Whose; null when no limit of its domain applies.</param>
    /// <param name="limits">At least one.</param>
    /// <param name="record">What else has to be written; done before the service is counted.</param>
    /// <returns>The limit that is reached: then the transaction is to be undone. Null when there is none.</returns>
    public Limit? Count(byte[]? domain, LimitSettings limits, Action record)
    {
        var now = clock.GetUtcNow().ToUnixTimeSeconds();
        var (day, minute) = (now / SecondsOfDay, now / SecondsOfMinute);
        var counters = Read(day, domain is null ? [Service] : [domain, Service]);
        var ofDomain = domain is null || !limits.HasForDomains ? null
            : new Ceiling(domain, limits.DomainPerMinute, limits.DomainPerDay, Limit.DomainPerMinute,
            Limit.DomainPerDay);
        var ofService = !limits.HasForService ? null
            : new Ceiling(Service, limits.ServicePerMinute, limits.ServicePerDay, Limit.ServicePerMinute,
            Limit.ServicePerDay);
        // Looked at without a lock before anything is written: when a limit is reached, this is the way of most
        // messages.
        if ((ofDomain?.ReachedBy(counters, minute) ?? ofService?.ReachedBy(counters, minute)) is { } reached)
            return reached;
        if (Add(ofDomain, counters, day, minute) is { } full)
            return full;
        record();
        return Add(ofService, counters, day, minute);
    }

    /// <summary>Whether this process is the one of the fleet that reports the limit with priority err.</summary>
    public bool TakeReport(Limit limit)
    {
        var name = "reported_" + limit.Hyphenated().Replace('-', '_');
        var now = clock.GetUtcNow().ToUnixTimeSeconds();
        var quietUntil = Math.Max(now + QuietSeconds, EndOf(limit).ToUnixTimeSeconds());
        return database.Try(() =>
            database.Scalar($"SELECT value FROM meta WHERE name = '{name}'") <= now
            && database.Execute($"UPDATE meta SET value = @until WHERE name = '{name}' AND value <= @now",
                ("until", quietUntil), ("now", now)) == 1);
    }

    private List<Counter> Read(long day, byte[][] subjects)
    {
        var (names, values) = Sql.Each("subject", subjects);
        return database.Rows(
            $"SELECT subject, in_day, minute, in_minute FROM counter WHERE day = @day AND subject IN ({names})",
            row => new Counter(row.Bytes(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3)),
            [.. values, ("day", day)]);
    }

    /// <returns>The limit, when another message took the last place.</returns>
    private Limit? Add(Ceiling? ceiling, List<Counter> counters, long day, long minute)
    {
        if (ceiling is null)
            return null;
        if (!counters.Exists(counter => counter.Is(ceiling.Subject)))
        {
            database.Execute(
                "INSERT INTO counter (day, subject, in_day, minute, in_minute) VALUES (@day, @subject, 0, 0, 0) "
                    + database.UnlessThere("in_day"), ("day", day), ("subject", ceiling.Subject));
        }

        // A clock that is behind another host's counts in that host's minute. MySQL sets one column after the other.
        return database.Execute(
            $"""
            UPDATE counter SET in_day = in_day + 1,
                in_minute = CASE WHEN minute >= @minute THEN in_minute + 1 ELSE 1 END,
                minute = CASE WHEN minute >= @minute THEN minute ELSE @minute END
            WHERE day = @day AND subject = @subject
                AND in_day < {ceiling.PerDay ?? long.MaxValue}
                AND (minute < @minute OR in_minute < {ceiling.PerMinute ?? long.MaxValue})
            """, ("day", day), ("subject", ceiling.Subject), ("minute", minute)) == 1 ? null
            : ceiling.ReachedBy(Read(day, [ceiling.Subject]), minute) ?? ceiling.OfMinute;
    }

    private sealed record Counter(byte[] Subject, long InDay, long Minute, long InMinute)
    {
        public bool Is(byte[] subject) => Subject.AsSpan().SequenceEqual(subject);
    }

    private sealed record Ceiling(byte[] Subject, long? PerMinute, long? PerDay, Limit OfMinute, Limit OfDay)
    {
        public Limit? ReachedBy(List<Counter> counters, long minute) =>
            counters.Find(counter => counter.Is(Subject)) switch
            {
                null => null,
                { } counter when counter.InDay >= PerDay => OfDay,
                { } counter when counter.Minute >= minute && counter.InMinute >= PerMinute => OfMinute,
                _ => null,
            };
    }
}
