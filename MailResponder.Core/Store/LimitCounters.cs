using MailResponder.Settings;

namespace MailResponder.Store;

/// <summary>
/// Counts the messages answered per minute and per day, for each domain and for the whole service. Minutes and days
/// are those of the clock (UTC). One row per day also holds the count of the latest minute. The reset deletes the rows
/// of earlier days.
/// </summary>
/// <remarks>
/// All messages of a fleet are counted in the one row of the service. It is locked last, so that the lock is held only
/// for the duration of the commit. All processes lock quota, domain and service in this order, so they cannot deadlock.
/// </remarks>
internal sealed class LimitCounters(IDatabase database, TimeProvider clock)
{
    private const int SecondsOfMinute = 60;
    private const int SecondsOfDay = 24 * 60 * 60;

    /// <summary>
    /// The shortest time between two reports of a limit. A limit per minute is often reached many minutes in a row.
    /// </summary>
    private const int QuietSeconds = 60 * 60;

    /// <summary>
    /// The subject of the service's row. It is shorter than any hash. It is not empty, because deletions begin after
    /// the empty key.
    /// </summary>
    private static readonly byte[] Service = [0];

    /// <summary>Today, in days since 1970 (UTC). Rows of earlier days are not used.</summary>
    public long Today => clock.GetUtcNow().ToUnixTimeSeconds() / SecondsOfDay;

    /// <summary>Returns the time at which a limit that is reached now will admit a message again.</summary>
    public DateTimeOffset EndOf(Limit limit)
    {
        var (now, length) = (clock.GetUtcNow().ToUnixTimeSeconds(),
            limit is Limit.DomainPerMinute or Limit.ServicePerMinute ? SecondsOfMinute : SecondsOfDay);
        return DateTimeOffset.FromUnixTimeSeconds((now / length + 1) * length);
    }

    /// <summary>Counts one message.</summary>
    /// <param name="domain">The hash of the requester's domain; null if no domain limit applies to it.</param>
    /// <param name="limits">The limits, at least one.</param>
    /// <param name="record">Writes the rest of the claim. Called before the service is counted.</param>
    /// <returns>
    /// The limit that is reached; then the caller must roll back the transaction. Null if the message was counted.
    /// </returns>
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
        // Check without a lock before writing anything: while a limit is reached, most messages end here.
        if ((ofDomain?.ReachedBy(counters, minute) ?? ofService?.ReachedBy(counters, minute)) is { } reached)
            return reached;
        if (Add(ofDomain, counters, day, minute) is { } full)
            return full;
        record();
        return Add(ofService, counters, day, minute);
    }

    /// <summary>
    /// Claims the report of a limit. True for one process of the fleet per limit and reporting interval: that process
    /// logs the limit with priority err.
    /// </summary>
    public bool TakeReport(Limit limit)
    {
        var name = "reported_" + limit.Hyphenated().Replace('-', '_');
        var now = clock.GetUtcNow().ToUnixTimeSeconds();
        var quietUntil = Math.Max(now + QuietSeconds, EndOf(limit).ToUnixTimeSeconds());
        // A report is never quiet for more than a day: a later time is a wrong clock's.
        var isDue = $"name = '{name}' AND value NOT BETWEEN @now + 1 AND @now + {SecondsOfDay}";
        return database.Try(() =>
            database.Scalar($"SELECT value FROM meta WHERE {isDue}", ("now", now)) is not null
            && database.Execute($"UPDATE meta SET value = @until WHERE {isDue}",
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

    /// <returns>The limit that is reached, because other messages were counted meanwhile. Null if counted.</returns>
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

        // A host whose clock is behind counts in the later minute of another host. in_minute is set before minute:
        // MySQL assigns columns in order, and later expressions see the new values.
        return database.Execute(
            $"""
            UPDATE counter SET in_day = in_day + 1,
                in_minute = CASE WHEN minute BETWEEN @minute AND @latest THEN in_minute + 1 ELSE 1 END,
                minute = CASE WHEN minute BETWEEN @minute AND @latest THEN minute ELSE @minute END
            WHERE day = @day AND subject = @subject
                AND in_day < {ceiling.PerDay ?? long.MaxValue}
                AND (minute NOT BETWEEN @minute AND @latest OR in_minute < {ceiling.PerMinute ?? long.MaxValue})
            """, ("day", day), ("subject", ceiling.Subject), ("minute", minute), ("latest", Latest(minute))) == 1
            ? null
            : ceiling.ReachedBy(Read(day, [ceiling.Subject]), minute) ?? ceiling.OfMinute;
    }

    /// <summary>Returns the last minute that another host's clock may show. A later one is a wrong clock's.</summary>
    private static long Latest(long minute) => minute + HostDays.MostSkewMinutes;

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
                { } counter when counter.Minute >= minute && counter.Minute <= Latest(minute)
                    && counter.InMinute >= PerMinute => OfMinute,
                _ => null,
            };
    }
}
