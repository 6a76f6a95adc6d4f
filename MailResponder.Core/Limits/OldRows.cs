using System.Data;
using System.Globalization;
using Dapper;

namespace MailResponder.Limits;

/// <summary>
/// Deletes what is no longer in force, a batch at a time, each a transaction of its own: a message waits at most for
/// one batch. Whatever is left when this stops is deleted the next time.
/// </summary>
internal sealed class OldRows(IDatabase database)
{
    private const int QuotasAtOnce = 200;
    private const int MessagesAtOnce = 1000;

    /// <summary>Quotas of earlier windows. They count for nothing; this only frees their room.</summary>
    public void DeleteQuotas()
    {
        var epoch = database.Try(() => Sql.Scalar(database.Connection, "SELECT value FROM meta WHERE name = 'epoch'", null))!.Value;
        var after = Array.Empty<byte>();
        while (true)
        {
            var keys = database.Try(() => KeysOfOldQuotas(after, epoch));
            if (keys.Count == 0)
                return;
            database.Try(() => DeleteQuotas(keys, epoch));
            after = keys[^1];
        }
    }

    /// <summary>Messages that were claimed before the given time.</summary>
    /// <returns>How many were deleted.</returns>
    public long DeleteMessages(DateTimeOffset before)
    {
        var end = before.ToUnixTimeSeconds();
        var deleted = 0L;
        while (true)
        {
            var last = database.Try(() => Sql.Scalar(database.Connection,
                $"SELECT claimed_at FROM ledger WHERE claimed_at < @before ORDER BY claimed_at LIMIT 1 OFFSET {MessagesAtOnce - 1}",
                null, ("before", end)));
            // Everything of one second goes together: that is how fine the times are.
            var batchEnd = last + 1 ?? end;
            deleted += database.Try(() => database.Connection.Execute("DELETE FROM ledger WHERE claimed_at < @before",
                Sql.Bind(("before", batchEnd))));
            if (last is null)
                return deleted;
        }
    }

    /// <summary>In the order of the keys, so that no batch looks at the same rows again. Reading locks nothing.</summary>
    private List<byte[]> KeysOfOldQuotas(byte[] after, long epoch)
    {
        var keys = new List<byte[]>(QuotasAtOnce);
        using var reader = database.Connection.ExecuteReader(
            $"SELECT requester FROM quota WHERE requester > @after AND epoch < @epoch ORDER BY requester LIMIT {QuotasAtOnce}",
            Sql.Bind(("after", after), ("epoch", epoch)));
        while (reader.Read())
            keys.Add((byte[])reader.GetValue(0));
        return keys;
    }

    /// <summary>By their keys, so that rows in use are not even looked at; one that came into use meanwhile stays.</summary>
    private int DeleteQuotas(List<byte[]> keys, long epoch)
    {
        var parameters = Sql.Bind(("epoch", epoch));
        var names = Sql.AddEach(parameters, "key", keys);
        return database.Connection.Execute($"DELETE FROM quota WHERE requester IN ({names}) AND epoch < @epoch", parameters);
    }
}
