using System.Data;
using Dapper;
using MailResponder.Settings;

namespace MailResponder.Limits;

/// <summary>
/// Quota, lists and ledger, shared by all processes that answer. Every method is one atomic, durable step.
/// All throw <see cref="ResponderException"/> with <see cref="Cause.Database"/> when the database cannot do it now.
/// </summary>
/// <remarks>
/// Dapper is used with scalars and <see cref="DynamicParameters"/> only: its mapping to rows and anonymous objects
/// needs code made at run time, which the native program cannot have.
/// <para>A quota window is a number, the epoch. A reset moves the one epoch on, in constant time; rows of earlier
/// windows count as unused, and are then deleted in batches that no message has to wait for.</para>
/// </remarks>
internal sealed class Store(IDatabase database, TimeProvider clock) : IDisposable
{
    private const string PresentEpoch = "(SELECT value FROM meta WHERE name = 'epoch')";

    /// <summary>Opens the database, and creates or migrates its tables first where that is due.</summary>
    /// <param name="settings">Which database.</param>
    /// <param name="key">The database belongs to the key that it was made with.</param>
    /// <param name="maxWait">How long to wait for other processes' locks, and for a server that went away.</param>
    /// <param name="clock">Tells the time of claims and resets.</param>
    /// <exception cref="ResponderException">It cannot be opened now, or belongs to another key.</exception>
    public static Store Open(DatabaseSettings settings, AddressKey key, TimeSpan maxWait, TimeProvider clock) =>
        new Store(settings.MySql is null
            ? SqliteDatabase.Open(settings.SqliteFile!, key, maxWait)
            : MySqlDatabase.Open(settings.MySql, key, maxWait, clock), clock);

    /// <summary>
    /// Keeps other processes from answering the same message until disposed; also released when this process dies.
    /// </summary>
    /// <returns>Null when another process is answering it.</returns>
    public IDisposable? EnterMessage(byte[] messageKey) => database.EnterMessage(messageKey);

    /// <summary>Claims the message and charges the quota in one step. A claimed message is a retry and is not charged.</summary>
    /// <param name="messageKey">Identifies the message; see <see cref="AddressKey.Message"/>.</param>
    /// <param name="requester">Whom to look up and charge.</param>
    /// <param name="limit">Requests until the next reset; null when this requester has no quota.</param>
    public Claim Claim(byte[] messageKey, Requester requester, int? limit) => database.InTransaction(transaction =>
    {
        if (ReadClaim(messageKey, transaction) is { } earlier)
            return earlier;
        var verdict = ReadVerdict(requester, transaction);
        if (verdict == Verdict.Blocked)
            return new Claim(ClaimResult.Blocked);
        if (verdict == Verdict.Allowed || limit is null)
        {
            Execute("INSERT INTO ledger (message, claimed_at, charged, sent, given_up) VALUES (@message, @now, 0, 0, 0)",
                transaction, ("message", messageKey), ("now", Now()));
            return new Claim(ClaimResult.Granted);
        }

        Execute(database.EnterWindow, transaction, ("requester", requester.Address));
        if (Execute("UPDATE quota SET used = used + 1 WHERE requester = @requester AND used < @limit", transaction,
            ("requester", requester.Address), ("limit", limit.Value)) == 0)
        {
            return new Claim(ClaimResult.OverQuota);
        }

        // The row's own epoch, which another process may have moved on: a refund goes to the window that was charged.
        Execute(
            """
            INSERT INTO ledger (message, claimed_at, charged, sent, given_up)
            SELECT @message, @now, epoch, 0, 0 FROM quota WHERE requester = @requester
            """, transaction, ("message", messageKey), ("now", Now()), ("requester", requester.Address));
        return new Claim(ClaimResult.Granted);
    });

    /// <summary>Records that an entry was sent.</summary>
    public void RecordSent(byte[] messageKey, int entry) => Record("sent", messageKey, entry);

    /// <summary>Records that an entry was refused for good and is not to be tried again.</summary>
    public void RecordGivenUp(byte[] messageKey, int entry) => Record("given_up", messageKey, entry);

    /// <summary>
    /// Gives back what the message was charged, because nothing could be sent for it. Once only, and only to the quota
    /// window that was charged.
    /// </summary>
    public void Refund(byte[] messageKey, Requester requester) => database.InTransaction(transaction =>
    {
        var epoch = Scalar("SELECT charged FROM ledger WHERE message = @message", transaction, ("message", messageKey)) ?? 0;
        // Whoever takes the mark off the ledger gives back: of two refunds of one message only one can take it.
        if (epoch == 0 || Execute("UPDATE ledger SET charged = 0 WHERE message = @message AND charged = @epoch", transaction,
            ("message", messageKey), ("epoch", epoch)) == 0)
        {
            return 0;
        }

        return Execute("UPDATE quota SET used = used - 1 WHERE requester = @requester AND epoch = @epoch AND used > 0",
            transaction, ("requester", requester.Address), ("epoch", epoch));
    });

    /// <summary>
    /// Starts a new quota window, in one step; then forgets the messages that were claimed before the given time, and
    /// the old quotas, in small steps that nobody waits for.
    /// </summary>
    /// <returns>How many requesters had a quota, and how many messages were forgotten.</returns>
    public (long Requesters, long Messages) Reset(DateTimeOffset forgetBefore)
    {
        var requesters = database.InTransaction(transaction =>
        {
            var charged = Scalar($"SELECT COUNT(*) FROM quota WHERE used > 0 AND epoch = {PresentEpoch}", transaction);
            Execute("UPDATE meta SET value = value + 1 WHERE name = 'epoch'", transaction);
            Execute("UPDATE meta SET value = @now WHERE name = 'last_reset'", transaction, ("now", Now()));
            return charged!.Value;
        });
        var old = new OldRows(database);
        old.DeleteQuotas();
        return (requesters, old.DeleteMessages(forgetBefore));
    }

    /// <summary>Puts an address or domain hash on a list, or takes it off both with <see cref="Verdict.None"/>.</summary>
    /// <returns>The verdict that was in force before.</returns>
    public Verdict SetVerdict(byte[] subject, Verdict verdict) => database.InTransaction(transaction =>
    {
        var before = (Verdict)(Scalar("SELECT verdict FROM listed WHERE subject = @subject", transaction, ("subject", subject)) ?? 0);
        if (verdict == Verdict.None)
        {
            Execute("DELETE FROM listed WHERE subject = @subject", transaction, ("subject", subject));
        }
        else
        {
            Execute("REPLACE INTO listed (subject, verdict, listed_at) VALUES (@subject, @verdict, @now)", transaction,
                ("subject", subject), ("verdict", (int)verdict), ("now", Now()));
        }

        return before;
    });

    /// <summary>The verdict in force for the requester: its own, else the nearest of its domains'.</summary>
    public Verdict VerdictOf(Requester requester) => database.Try(() => ReadVerdict(requester, null));

    /// <summary>Requests charged to the requester since the last reset.</summary>
    public long Used(Requester requester) => database.Try(() =>
        Scalar($"SELECT used FROM quota WHERE requester = @requester AND epoch = {PresentEpoch}", null,
            ("requester", requester.Address)) ?? 0);

    public StoreCounts Count() => database.InTransaction(transaction =>
    {
        var requesters = new List<(long, long)>();
        using (var reader = database.Connection.ExecuteReader(
            $"SELECT used, COUNT(*) FROM quota WHERE used > 0 AND epoch = {PresentEpoch} GROUP BY used ORDER BY used",
            transaction: transaction))
        {
            while (reader.Read())
                requesters.Add((reader.GetInt64(0), reader.GetInt64(1)));
        }

        var reset = Scalar("SELECT value FROM meta WHERE name = 'last_reset'", transaction);
        return new StoreCounts(
            Scalar("SELECT COUNT(*) FROM listed WHERE verdict = 1", transaction) ?? 0,
            Scalar("SELECT COUNT(*) FROM listed WHERE verdict = 2", transaction) ?? 0,
            requesters,
            Scalar("SELECT COUNT(*) FROM ledger", transaction) ?? 0,
            reset is null or 0 ? null : DateTimeOffset.FromUnixTimeSeconds(reset.Value));
    });

    public void Dispose() => database.Dispose();

    private Claim? ReadClaim(byte[] messageKey, IDbTransaction transaction)
    {
        using var reader = database.Connection.ExecuteReader("SELECT sent, given_up FROM ledger WHERE message = @message",
            Sql.Bind(("message", messageKey)), transaction);
        return reader.Read() ? new Claim(ClaimResult.Retry, reader.GetInt64(0), reader.GetInt64(1)) : null;
    }

    /// <summary>One question for the address and all its domains: over a network each costs a round trip.</summary>
    private Verdict ReadVerdict(Requester requester, IDbTransaction? transaction)
    {
        List<byte[]> subjects = [requester.Address, .. requester.Domains];
        var parameters = new DynamicParameters();
        var names = Sql.AddEach(parameters, "subject", subjects);
        var (nearest, verdict) = (int.MaxValue, Verdict.None);
        using var reader = database.Connection.ExecuteReader(
            $"SELECT subject, verdict FROM listed WHERE subject IN ({names})", parameters, transaction);
        while (reader.Read())
        {
            var subject = (byte[])reader.GetValue(0);
            var distance = subjects.FindIndex(candidate => candidate.AsSpan().SequenceEqual(subject));
            if (distance < nearest)
                (nearest, verdict) = (distance, (Verdict)reader.GetInt64(1));
        }

        return verdict;
    }

    private void Record(string column, byte[] messageKey, int entry) => database.Try(() =>
        Execute($"UPDATE ledger SET {column} = {column} | @bit WHERE message = @message", null,
            ("bit", 1L << entry), ("message", messageKey)));

    private long Now() => clock.GetUtcNow().ToUnixTimeSeconds();

    private int Execute(string sql, IDbTransaction? transaction, params ReadOnlySpan<(string, object)> values) =>
        database.Connection.Execute(sql, Sql.Bind(values), transaction);

    private long? Scalar(string sql, IDbTransaction? transaction, params ReadOnlySpan<(string, object)> values) =>
        Sql.Scalar(database.Connection, sql, transaction, values);
}
