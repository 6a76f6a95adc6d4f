namespace MailResponder.PostfixLog;

/// <summary>Computes the summary of a span of time from the rows of the database.</summary>
internal sealed class PostfixLogReport(
    PostfixLogDatabase database, DateTimeOffset since, DateTimeOffset until, int threshold)
{
    /// <summary>
    /// Selects the mails for our addresses that arrived in the span, except those of canaries. Each row combines the
    /// states of all messages that local(8) or a filter made from the mail on this host; the mail is their root.
    /// </summary>
    private const string Requests = """
        WITH request AS (
          SELECT r.id, r.arrived, max(m.answered) AS answered, max(m.deferred) AS deferred, max(m.expired) AS expired
          FROM message AS r JOIN message AS m ON m.root = r.id
          WHERE r.root = r.id AND r.arrived >= ?1 AND r.arrived < ?2
          GROUP BY r.id HAVING max(m.requested) > 0 AND min(m.requested) >= 0)

        """;

    /// <summary>The replies to one of these mails that were handed to Postfix.</summary>
    private const string Receipts =
        "FROM message AS m JOIN receipt ON receipt.message = m.id WHERE m.root = request.id";

    private const string SentAt = "(SELECT min(sent) FROM message AS reply WHERE reply.reply = receipt.reply)";

    private readonly long _since = Microseconds(since);
    private readonly long _until = Microseconds(until);

    public static long Microseconds(DateTimeOffset time) =>
        (time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond;

    public PostfixLogSummary Summary()
    {
        var seconds = SecondsToSend();
        return database.Rows(
            Requests + """
                SELECT count(*), count(answered), count(*) FILTER (WHERE deferred), count(*) FILTER (WHERE expired)
                FROM request
                """,
            row => new PostfixLogSummary
            {
                Received = row.GetInt64(0),
                Answered = row.GetInt64(1),
                Deferred = row.GetInt64(2),
                Expired = row.GetInt64(3),
                Rejected = database.Number("SELECT count(*) FROM rejection WHERE at >= ?1 AND at < ?2", _since, _until)
                    ?? 0,
                MedianSeconds = AtRank(seconds, 0.5),
                Percentile95Seconds = AtRank(seconds, 0.95),
                MaximumSeconds = AtRank(seconds, 1),
                Outcomes = Outcomes(),
                Trend = Trend(),
            }, _since, _until)[0];
    }

    private List<DayOfRequests> Trend()
    {
        const int Days = 14;
        const long Day = 86_400_000_000;
        var first = DateOnly.FromDateTime(until.AddTicks(-1).DateTime).AddDays(1 - Days);
        var start = Microseconds(new DateTimeOffset(first, TimeOnly.MinValue, until.Offset));
        var days = database.Rows(
            Requests + $"SELECT (arrived - ?1) / {Day}, count(*), count(answered) FROM request GROUP BY 1",
            row => new DayOfRequests(first.AddDays(row.GetInt32(0)), row.GetInt64(1), row.GetInt64(2)), start, _until)
            .ToDictionary(day => day.Day);
        return [.. Enumerable.Range(0, Days).Select(first.AddDays)
            .Select(day => days.GetValueOrDefault(day, new DayOfRequests(day, 0, 0)))
            .SkipWhile(day => day.Received == 0)];
    }

    /// <summary>
    /// Counts the outcomes of replies, by provider. A message counts as a reply only if the responder's own events name
    /// it, because anybody can write such a Message-ID into a mail. Of several messages with the same Message-ID only
    /// the first counts, because a recipient can copy the Message-ID of a reply. Replies through SES are known from its
    /// reports only. If none in the span is of a delivery, SES does not report them, and no share can be computed.
    /// </summary>
    public IReadOnlyList<ProviderOutcomes> Outcomes() => ProviderOutcomes.Merged(database.Rows(
        $"""
        WITH fate AS (
          SELECT m.provider, m.removed, m.sent IS NOT NULL AS sent, m.deferred, m.without_tls,
            m.expired OR m.bounced OR {IsReported("bounced")} AS bounced,
            {IsReported("complained")} AS complained, 1 AS judged
          FROM message AS m WHERE m.arrived >= ?1 AND m.arrived < ?2 AND m.reply IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM message AS b WHERE b.reply = m.reply AND b.id < m.id)
            AND EXISTS (SELECT 1 FROM receipt WHERE receipt.reply = m.reply)
          UNION ALL
          SELECT max(provider), NULL, max(outcome IN ('sent', 'complained')), max(outcome = 'deferred'), 0,
            max(outcome = 'bounced'), max(outcome = 'complained'),
            EXISTS (SELECT 1 FROM report AS p WHERE p.outcome = 'sent' AND p.at >= ?1 AND p.at < ?2)
          FROM report WHERE at >= ?1 AND at < ?2
            AND NOT EXISTS (SELECT 1 FROM message AS m WHERE m.reply = report.reply)
          GROUP BY reply)
        SELECT coalesce(provider, '{ProviderOutcomes.Others}'), sum(sent AND NOT bounced),
          sum(judged AND deferred AND NOT sent AND NOT bounced AND removed IS NULL), sum(judged AND bounced),
          sum(NOT deferred AND NOT sent AND NOT bounced AND removed IS NULL), sum(complained),
          sum(without_tls AND NOT sent), sum(NOT judged AND (bounced OR NOT sent))
        FROM fate GROUP BY 1
        """,
        row => new ProviderOutcomes(
            row.GetString(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5),
            row.GetInt64(6), row.GetInt64(7)),
        _since, _until), threshold);

    private static string IsReported(string outcome) =>
        $"EXISTS (SELECT 1 FROM report AS p WHERE p.reply = m.reply AND p.outcome = '{outcome}')";

    /// <summary>
    /// Returns, in ascending order, the seconds from arrival to the sending of the last reply, for each answered
    /// request whose replies are all sent. A reply handed to Postfix is sent when the next host accepts it. Any other
    /// reply is sent when the responder reports that it has replied.
    /// </summary>
    private List<double> SecondsToSend() => database.Rows(
        Requests + $"""
            SELECT max(answered, coalesce((SELECT max({SentAt}) {Receipts}), 0)) - arrived
            FROM request WHERE answered IS NOT NULL AND NOT EXISTS (SELECT 1 {Receipts} AND {SentAt} IS NULL)
            ORDER BY 1
            """,
        row => row.GetInt64(0) / 1e6, _since, _until);

    /// <summary>
    /// Returns the nearest-rank percentile: the smallest value that at least this share of the values does not exceed.
    /// Null if there are no values.
    /// </summary>
    private static double? AtRank(List<double> sorted, double share) =>
        sorted.Count == 0 ? null : sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Count) - 1)];
}
