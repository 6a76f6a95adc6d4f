using MailResponder.Logs;

namespace MailResponder.PostfixLog;

/// <summary>
/// Writes the facts from log lines into the rows of messages. Only the rows carry state from one line to the next, so
/// it does not matter in how many runs a log is read. All times are Unix microseconds.
/// </summary>
internal sealed class PostfixLogRows(PostfixLogDatabase database)
{
    private const long Second = 1_000_000;

    /// <summary>
    /// Returns the row id of the message that has the queue id at a time. Null if it is unknown or has left the queue.
    /// </summary>
    /// <param name="queueId">The queue id. Postfix reuses a short one once its message has left the queue.</param>
    /// <param name="at">The time.</param>
    /// <param name="grace">How long a message is still found after it has left the queue, in microseconds.</param>
    public long? Find(string queueId, long at, long grace = 0) => database.Number("""
        SELECT id FROM
            (SELECT id, removed FROM message WHERE queue_id = ?1 AND arrived <= ?2 ORDER BY arrived DESC LIMIT 1)
        WHERE removed IS NULL OR removed + ?3 >= ?2
        """, queueId, at, grace);

    public long FindOrBegin(string queueId, long at, long arrived) => Find(queueId, at) ?? Begin(queueId, arrived);

    /// <summary>
    /// Adds a message that enters the queue, and returns its row id. If a message with this queue id arrived at most a
    /// second before or after, it is the same message: not even a short queue id is reused so soon.
    /// </summary>
    public long Begin(string queueId, long arrived)
    {
        const string Nearest =
            "SELECT id FROM message WHERE queue_id = ?1 AND arrived BETWEEN ?2 AND ?3 ORDER BY arrived DESC LIMIT 1";
        if (database.Number(Nearest, queueId, arrived - Second, arrived + Second) is { } known)
            return known;
        database.Run("INSERT INTO message (queue_id, arrived) VALUES (?1, ?2)", queueId, arrived);
        database.Run("UPDATE message SET root = id WHERE queue_id = ?1 AND arrived = ?2", queueId, arrived);
        return database.Number(Nearest, queueId, arrived, arrived)!.Value;
    }

    /// <summary>
    /// Records that <paramref name="part"/>, and every message made from it, was made from <paramref name="whole"/>.
    /// </summary>
    public void Join(long part, long whole) =>
        database.Run("UPDATE message SET root = (SELECT root FROM message WHERE id = ?2) WHERE root = ?1 AND ?1 <> ?2",
            part, whole);

    public void SetRequested(long message) =>
        database.Run("UPDATE message SET requested = 1 WHERE id = ?1 AND requested = 0", message);

    /// <summary>Marks a message as a canary. The mail that it was made from no longer counts as a request.</summary>
    public void SetCanary(long message) => database.Run("UPDATE message SET requested = -1 WHERE id = ?1", message);

    /// <summary>Deletes the row of the message, if there is one.</summary>
    public void Forget(string queueId, long at)
    {
        if (Find(queueId, at) is { } message)
            database.Run("DELETE FROM message WHERE id = ?1", message);
    }

    public void SetReply(long message, string name) =>
        database.Run("UPDATE message SET reply = ?2 WHERE id = ?1", message, name);

    /// <summary>Sets the provider of a reply. Does nothing if the message is not a reply.</summary>
    public void SetProvider(long message, string provider) =>
        database.Run("UPDATE message SET provider = ?2 WHERE id = ?1 AND reply IS NOT NULL", message, provider);

    public void SetExpired(long message) => database.Run("UPDATE message SET expired = 1 WHERE id = ?1", message);

    public void SetRemoved(long message, long at) =>
        database.Run("UPDATE message SET removed = ?2 WHERE id = ?1 AND removed IS NULL", message, at);

    public void SetSent(long message, long at) =>
        database.Run("UPDATE message SET sent = ?2 WHERE id = ?1 AND (sent IS NULL OR sent > ?2)", message, at);

    public void SetDeferred(long message, bool forWantOfTls) =>
        database.Run("UPDATE message SET deferred = 1, without_tls = ?2 WHERE id = ?1", message, forWantOfTls ? 1 : 0);

    public void SetBounced(long message) => database.Run("UPDATE message SET bounced = 1 WHERE id = ?1", message);

    public void SetAnswered(long message, long at) =>
        database.Run("UPDATE message SET answered = ?2 WHERE id = ?1 AND (answered IS NULL OR answered < ?2)",
            message, at);

    public void AddRejection(long at) => database.Run("INSERT INTO rejection (at) VALUES (?1)", at);

    public void AddReceipt(long message, string reply) =>
        database.Run("INSERT OR IGNORE INTO receipt (message, reply) VALUES (?1, ?2)", message, reply);

    /// <summary>Adds a report. A repeated report counts once.</summary>
    public void Add(ReportedOutcome report) => database.Run(
        "INSERT OR IGNORE INTO report (reply, outcome, provider, at) VALUES (?1, ?2, ?3, ?4)",
        report.Reply, report.Outcome.Hyphenated(), report.Provider, PostfixLogReport.Microseconds(report.At));

    /// <summary>Returns how far the log has been read; <see cref="LogPosition.Start"/> if it never was.</summary>
    public LogPosition Position(string log) => database.Rows(
        "SELECT file_offset, head, until FROM position WHERE log = ?1",
        row => new LogPosition(
            row.GetInt64(0), row.GetString(1), new DateTimeOffset(row.GetInt64(2), TimeSpan.Zero)),
        log).SingleOrDefault(LogPosition.Start);

    public void SetPosition(string log, LogPosition position) => database.Run(
        "INSERT OR REPLACE INTO position (log, file_offset, head, until) VALUES (?1, ?2, ?3, ?4)",
        log, position.Offset, position.Head, position.Until.UtcTicks);
}
