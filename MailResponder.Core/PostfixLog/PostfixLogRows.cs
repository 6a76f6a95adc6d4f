using MailResponder.Logs;

namespace MailResponder.PostfixLog;

/// <summary>
/// Keeps what lines tell about messages. All that is remembered between lines is in the rows, so it does not matter in
/// how many runs a log is read.
/// </summary>
internal sealed class PostfixLogRows(PostfixLogDatabase database)
{
    private const long Second = 1_000_000;

    /// <summary>
    /// The message that has the queue id at that time; null when it is not known or has left the queue.
    /// </summary>
    /// <param name="queueId">A short one is used again for another message once it is free.</param>
    /// <param name="at">Microseconds, as all times here.</param>
    /// <param name="grace">For how long the message is still found after it has left the queue.</param>
    public long? Find(string queueId, long at, long grace = 0) => database.Number("""
        SELECT id FROM
            (SELECT id, removed FROM message WHERE queue_id = ?1 AND arrived <= ?2 ORDER BY arrived DESC LIMIT 1)
        WHERE removed IS NULL OR removed + ?3 >= ?2
        """, queueId, at, grace);

    public long FindOrBegin(string queueId, long at, long arrived) => Find(queueId, at) ?? Begin(queueId, arrived);

    /// <summary>
    /// A message enters the queue. Twice within a second is the same message: not even short ids return so soon.
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

    /// <summary><paramref name="part"/>, and what was made of it, came of <paramref name="whole"/>.</summary>
    public void Join(long part, long whole) =>
        database.Run("UPDATE message SET root = (SELECT root FROM message WHERE id = ?2) WHERE root = ?1 AND ?1 <> ?2",
            part, whole);

    public void SetRequested(long message) =>
        database.Run("UPDATE message SET requested = 1 WHERE id = ?1 AND requested = 0", message);

    /// <summary>It, and whatever it was made of, is no request from now on.</summary>
    public void SetCanary(long message) => database.Run("UPDATE message SET requested = -1 WHERE id = ?1", message);

    /// <summary>Deletes what is known of the message.</summary>
    public void Forget(string queueId, long at)
    {
        if (Find(queueId, at) is { } message)
            database.Run("DELETE FROM message WHERE id = ?1", message);
    }

    public void SetReply(long message, string name) =>
        database.Run("UPDATE message SET reply = ?2 WHERE id = ?1", message, name);

    /// <summary>Only a reply has one.</summary>
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

    /// <summary>Told twice, it counts once.</summary>
    public void Add(ReportedOutcome report) => database.Run(
        "INSERT OR IGNORE INTO report (reply, outcome, provider, at) VALUES (?1, ?2, ?3, ?4)",
        report.Reply, report.Outcome.Hyphenated(), report.Provider, PostfixLogReport.Microseconds(report.At));

    /// <summary>How far the log has been read; the start of all when it never was.</summary>
    public LogPosition Position(string log) => database.Rows(
        "SELECT file_offset, head, until FROM position WHERE log = ?1",
        row => new LogPosition(
            row.GetInt64(0), row.GetString(1), new DateTimeOffset(row.GetInt64(2), TimeSpan.Zero)),
        log).SingleOrDefault(LogPosition.Start);

    public void SetPosition(string log, LogPosition position) => database.Run(
        "INSERT OR REPLACE INTO position (log, file_offset, head, until) VALUES (?1, ?2, ?3, ?4)",
        log, position.Offset, position.Head, position.Until.UtcTicks);
}
