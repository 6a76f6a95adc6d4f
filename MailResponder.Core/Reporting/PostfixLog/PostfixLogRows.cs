namespace MailResponder.Reporting.PostfixLog;

/// <summary>
/// Writes what lines tell about messages. Nothing is remembered between lines but in the rows, so a restart changes
/// nothing; and every row has a key that a line which comes twice meets again.
/// </summary>
internal sealed class PostfixLogRows(PostfixLogDatabase database)
{
    private const long Second = 1_000_000;

    /// <summary>Beyond it the mapping of lines within one instant starts anew.</summary>
    private const int MaxLinesInOneInstant = 10_000;

    private readonly Dictionary<(int Process, long Message), int> _inThisInstant = [];
    private long _instant;

    /// <summary>The message that the queue id stands for at that time; null when it is not known or already gone.</summary>
    /// <param name="queueId">A short one is used again for another message once it is free.</param>
    /// <param name="at">Microseconds, as all times here.</param>
    /// <param name="grace">For how long the message is still found after it has left the queue.</param>
    public long? Find(string queueId, long at, long grace = 0) => database.Number("""
        SELECT id FROM (SELECT id, removed FROM message WHERE queue_id = ?1 AND arrived <= ?2 ORDER BY arrived DESC LIMIT 1)
        WHERE removed IS NULL OR removed + ?3 >= ?2
        """, queueId, at, grace);

    public long FindOrBegin(string queueId, long at, long arrived) => Find(queueId, at) ?? Begin(queueId, arrived);

    /// <summary>A message enters the queue. Twice within a second is the same message: not even short ids return so soon.</summary>
    public long Begin(string queueId, long arrived)
    {
        const string Nearest = "SELECT id FROM message WHERE queue_id = ?1 AND arrived BETWEEN ?2 AND ?3 ORDER BY arrived DESC LIMIT 1";
        if (database.Number(Nearest, queueId, arrived - Second, arrived + Second) is { } known)
            return known;
        Write("INSERT INTO message (queue_id, arrived) VALUES (?1, ?2)", queueId, arrived);
        Write("UPDATE message SET root = id WHERE queue_id = ?1 AND arrived = ?2", queueId, arrived);
        return database.Number(Nearest, queueId, arrived, arrived)!.Value;
    }

    /// <summary><paramref name="part"/>, and what was made of it, came of <paramref name="whole"/>.</summary>
    public void Join(long part, long whole) =>
        Write("UPDATE message SET root = (SELECT root FROM message WHERE id = ?2) WHERE root = ?1 AND ?1 <> ?2", part, whole);

    public void SetSize(long message, long? size, long? recipients) =>
        Write("UPDATE message SET size = coalesce(?2, size), recipients = coalesce(?3, recipients) WHERE id = ?1", message, size, recipients);

    /// <summary>Drops what is known of the message; what is still to come of it stays unknown.</summary>
    public void Forget(string queueId, long at)
    {
        if (Find(queueId, at) is { } message)
            Write("DELETE FROM message WHERE id = ?1", message);
    }

    public void SetOurs(long message) => Write("UPDATE message SET ours = 1 WHERE id = ?1", message);

    public void SetNotice(long message) => Write("UPDATE message SET notice = 1 WHERE id = ?1", message);

    /// <param name="address">Null where the response book does not know it.</param>
    public void SetRequested(long message, string? address) =>
        Write("UPDATE message SET requested = 1, address = coalesce(?2, address) WHERE id = ?1", message, address);

    public void SetReply(long message, string name) => Write("UPDATE message SET reply = ?2 WHERE id = ?1", message, name);

    public void SetExpired(long message, long at) => Write("UPDATE message SET expired = ?2 WHERE id = ?1", message, at);

    public void SetRemoved(long message, long at) => Write("UPDATE message SET removed = ?2 WHERE id = ?1 AND removed IS NULL", message, at);

    public void Add(long message, Delivery delivery) => Write("""
        INSERT OR IGNORE INTO delivery (message, at, process, nth, service, requested, status, status_code, reason, peer, delay_ms, delays)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
        """, message, delivery.At, (long)delivery.Process, Nth(delivery.At, delivery.Process, message), delivery.Service,
        delivery.Requested ? 1L : 0L, delivery.Status, delivery.StatusCode, delivery.Reason, delivery.Peer, delivery.DelayMilliseconds, delivery.Delays);

    public void Add(Rejection rejection, long at, int process, string service) => Write("""
        INSERT OR IGNORE INTO rejection (at, process, nth, service, step, reply_code, status_code, reason)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
        """, at, (long)process, Nth(at, process, 0), service, rejection.Step, (long)rejection.ReplyCode, rejection.StatusCode, rejection.Reason);

    public void Add(long message, ResponderVerdict verdict, long at, int process)
    {
        Write("INSERT OR IGNORE INTO verdict (message, at, process, result, reason, replies, ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            message, at, (long)process, verdict.Result, verdict.Reason, verdict.Replies, verdict.Milliseconds);
        foreach (var reply in verdict.HandedToPostfix)
            Write("INSERT OR IGNORE INTO receipt (message, reply) VALUES (?1, ?2)", message, reply);
    }

    public void Count(long day, string name, long more) =>
        Write("INSERT INTO counter (day, name, count) VALUES (?1, ?2, ?3) ON CONFLICT (day, name) DO UPDATE SET count = count + ?3", day, name, more);

    private int Write(string sql, params ReadOnlySpan<object?> values)
    {
        database.Begin();
        return database.Run(sql, values);
    }

    /// <summary>Which line of the process about the message in the same instant this is, from 0.</summary>
    private long Nth(long at, int process, long message)
    {
        if (at != _instant || _inThisInstant.Count >= MaxLinesInOneInstant)
            _inThisInstant.Clear();
        _instant = at;
        var nth = _inThisInstant.GetValueOrDefault((process, message));
        _inThisInstant[(process, message)] = nth + 1;
        return nth;
    }
}
