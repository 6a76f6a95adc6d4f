namespace MailResponder.Reporting.PostfixLog;

/// <summary>Asks the rows for the numbers of a span of time.</summary>
internal sealed class PostfixLogReport(PostfixLogDatabase database, DateTimeOffset since, DateTimeOffset until)
{
    /// <summary>A mail for us that arrived in the span. Those that were made of it within the host have it as their root.</summary>
    private const string Requests = """
        FROM message AS r WHERE r.root = r.id AND r.arrived >= ?1 AND r.arrived < ?2
          AND EXISTS (SELECT 1 FROM message AS m WHERE m.root = r.id AND m.requested = 1)
        """;

    private const string Answered = """
        EXISTS (SELECT 1 FROM answer JOIN message AS m ON m.id = answer.message WHERE m.root = r.id)
        """;

    private readonly long _since = Microseconds(since);
    private readonly long _until = Microseconds(until);

    public static long Microseconds(DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond;

    public PostfixLogSummary Summary() => new()
    {
        Received = Count($"SELECT count(*) {Requests}"),
        Answered = Count($"SELECT count(*) {Requests} AND {Answered}"),
        Deferred = Count($"""
            SELECT count(*) {Requests}
              AND EXISTS (SELECT 1 FROM delivery JOIN message AS m ON m.id = delivery.message
                          WHERE m.root = r.id AND delivery.status = 'deferred')
            """),
        Expired = Count($"SELECT count(*) {Requests} AND EXISTS (SELECT 1 FROM message AS m WHERE m.root = r.id AND m.expired IS NOT NULL)"),
        Rejected = Count("SELECT count(*) FROM rejection WHERE at >= ?1 AND at < ?2"),
        TimeToSend = TimeToSend(),
    };

    private long Count(string sql) => database.Number(sql, _since, _until) ?? 0;

    private TimeToSend? TimeToSend()
    {
        var seconds = new List<double>();
        // A reply that was handed to Postfix is sent when the next host has taken it; any other when the responder said so.
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

        if (seconds.Count == 0)
            return null;
        seconds.Sort();
        return new TimeToSend(AtRank(seconds, 0.5), AtRank(seconds, 0.95), seconds[^1]);
    }

    private const string SentAt = """
        (SELECT min(delivery.at) FROM message AS reply JOIN delivery ON delivery.message = reply.id
         WHERE reply.reply = receipt.reply AND delivery.status = 'sent')
        """;

    /// <summary>The nearest-rank percentile: the smallest value that at least this share does not exceed.</summary>
    private static double AtRank(List<double> sorted, double share) => sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Count) - 1)];
}
