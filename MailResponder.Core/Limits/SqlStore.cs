using System.Data;
using Dapper;

namespace MailResponder.Limits;

/// <summary>The store in SQL that SQLite and MySQL both understand.</summary>
/// <remarks>
/// Dapper is used with scalars and <see cref="DynamicParameters"/> only: its mapping to rows and anonymous objects
/// needs code made at run time, which the native program cannot have.
/// <para>A quota window is a number, the epoch. A reset moves the one epoch on, in constant time; rows of earlier
/// windows count as unused, and are then deleted in batches that no message has to wait for.</para>
/// </remarks>
internal sealed class SqlStore(IDatabase database, TimeProvider clock) : IStore
{
    private const string PresentEpoch = "(SELECT value FROM meta WHERE name = 'epoch')";

    public IDisposable? EnterMessage(byte[] messageKey) => database.EnterMessage(messageKey);

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

    public void RecordSent(byte[] messageKey, int entry) => Record("sent", messageKey, entry);

    public void RecordGivenUp(byte[] messageKey, int entry) => Record("given_up", messageKey, entry);

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

    public Verdict VerdictOf(Requester requester) => database.Try(() => ReadVerdict(requester, null));

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
