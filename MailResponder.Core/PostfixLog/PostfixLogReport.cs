namespace MailResponder.PostfixLog;

/// <summary>Asks the rows for the numbers of a span of time.</summary>
internal sealed class PostfixLogReport(
    PostfixLogDatabase database, DateTimeOffset since, DateTimeOffset until, int threshold)
{
    /// <summary>
    /// A mail for us that arrived in the span. Those that were made of it within the host have it as their root.
    /// </summary>
    private const string Requests = """
        FROM message AS r WHERE r.root = r.id AND r.arrived >= ?1 AND r.arrived < ?2
          AND EXISTS (SELECT 1 FROM message AS m WHERE m.root = r.id AND m.requested = 1)
        """;

    private const string Answered = """
        EXISTS (SELECT 1 FROM answer JOIN message AS m ON m.id = answer.message WHERE m.root = r.id)
        """;

    private readonly long _since = Microseconds(since);
    private readonly long _until = Microseconds(until);

    public static long Microseconds(DateTimeOffset time) =>
        (time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond;

    public PostfixLogSummary Summary()
    {
        var seconds = SecondsToSend();
        return new PostfixLogSummary
        {
            Received = Count($"SELECT count(*) {Requests}"),
            Answered = Count($"SELECT count(*) {Requests} AND {Answered}"),
            Deferred = Count($"""
                SELECT count(*) {Requests}
                  AND EXISTS (SELECT 1 FROM delivery JOIN message AS m ON m.id = delivery.message
                              WHERE m.root = r.id AND delivery.status = 'deferred')
                """),
            Expired = Count($"""
                SELECT count(*) {Requests}
                  AND EXISTS (SELECT 1 FROM message AS m WHERE m.root = r.id AND m.expired IS NOT NULL)
                """),
            Rejected = Count("SELECT count(*) FROM rejection WHERE at >= ?1 AND at < ?2"),
            Outcomes = ProviderOutcomes.Merged(Outcomes(), threshold),
            Trend = Trend(),
            MedianSeconds = AtRank(seconds, 0.5),
            Percentile95Seconds = AtRank(seconds, 0.95),
            MaximumSeconds = AtRank(seconds, 1),
        };
    }

    private List<DayOfRequests> Trend()
    {
        const int Days = 14;
        const long Day = 86_400_000_000;
        var first = DateOnly.FromDateTime(until.AddTicks(-1).DateTime).AddDays(1 - Days);
        var start = Microseconds(new DateTimeOffset(first, TimeOnly.MinValue, until.Offset));
        var days = new DayOfRequests[Days];
        for (var i = 0; i < Days; i++)
            days[i] = new DayOfRequests(first.AddDays(i), 0, 0);
        foreach (var row in database.Rows(
            $"SELECT (r.arrived - ?1) / {Day}, count(*), sum({Answered}) {Requests} GROUP BY 1", start, _until))
        {
            days[row[0]!.Value] = days[row[0]!.Value] with { Received = row[1]!.Value, Answered = row[2]!.Value };
        }

        return [.. days.SkipWhile(day => day.Received == 0)];
    }

    /// <summary>
    /// A reply is one that the responder's own line names: anybody can write the Message-ID of one into a mail. Who has
    /// got one can write it into a second mail, so the first mail with it counts.
    /// </summary>
    private IReadOnlyList<ProviderOutcomes> Outcomes() => database.Rows(
        $"""
        WITH fate AS (
          SELECT m.provider, m.removed, {Was("sent")} AS sent,
            {Was("deferred")} AS deferred,
            m.expired IS NOT NULL OR {Was("bounced")} OR {IsReported("bounced")} AS bounced,
            {IsReported("complained")} AS complained
          FROM message AS m WHERE m.arrived >= ?1 AND m.arrived < ?2 AND m.reply IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM message AS b WHERE b.reply = m.reply AND b.id < m.id)
            AND EXISTS (SELECT 1 FROM receipt WHERE receipt.reply = m.reply)
          UNION ALL
          SELECT max(provider), NULL, max(outcome IN ('sent', 'complained')), max(outcome = 'deferred'),
            max(outcome = 'bounced'), max(outcome = 'complained')
          FROM report WHERE at >= ?1 AND at < ?2
            AND NOT EXISTS (SELECT 1 FROM message AS m WHERE m.reply = report.reply)
          GROUP BY reply)
        SELECT coalesce(provider, '{ProviderOutcomes.Others}'), sum(sent AND NOT bounced),
          sum(deferred AND NOT sent AND NOT bounced AND removed IS NULL), sum(bounced),
          sum(NOT deferred AND NOT sent AND NOT bounced AND removed IS NULL), sum(complained)
        FROM fate GROUP BY 1
        """,
        row => new ProviderOutcomes(
            row.GetString(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5)),
        _since, _until);

    private static string Was(string status) =>
        $"EXISTS (SELECT 1 FROM delivery AS d WHERE d.message = m.id AND d.status = '{status}')";

    private static string IsReported(string outcome) =>
        $"EXISTS (SELECT 1 FROM report AS p WHERE p.reply = m.reply AND p.outcome = '{outcome}')";

    private long Count(string sql) => database.Number(sql, _since, _until) ?? 0;

    /// <summary>From arrival to the sending of the last reply, of each answered request; in ascending order.</summary>
    private List<double> SecondsToSend()
    {
        var seconds = new List<double>();
        // A reply that was handed to Postfix is sent when the next host has taken it; any other when the responder said
        // so.
        foreach (var row in database.Rows($"""
            SELECT r.arrived,
              (SELECT max(answer.at) FROM answer JOIN message AS m ON m.id = answer.message WHERE m.root = r.id),
              (SELECT count(*) FROM receipt JOIN message AS m ON m.id = receipt.message WHERE m.root = r.id),
              (SELECT count(*) FROM receipt JOIN message AS m ON m.id = receipt.message
               WHERE m.root = r.id AND {SentAt} IS NOT NULL),
              (SELECT max({SentAt}) FROM receipt JOIN message AS m ON m.id = receipt.message WHERE m.root = r.id)
            {Requests} AND {Answered}
            """, _since, _until))
        {
            if (row[2] == row[3])
                seconds.Add((Math.Max(row[1]!.Value, row[4] ?? 0) - row[0]!.Value) / 1e6);
        }

        seconds.Sort();
        return seconds;
    }

    private const string SentAt = """
        (SELECT min(delivery.at) FROM message AS reply JOIN delivery ON delivery.message = reply.id
         WHERE reply.reply = receipt.reply AND delivery.status = 'sent')
        """;

    /// <summary>The nearest-rank percentile: the smallest value that at least this share does not exceed.</summary>
    private static double? AtRank(List<double> sorted, double share) =>
        sorted.Count == 0 ? null : sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Count) - 1)];
}
