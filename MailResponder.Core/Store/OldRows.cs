using System.Diagnostics;

namespace MailResponder.Store;

/// <summary>
/// Deletes rows that are no longer in force. Each batch is its own transaction, so a message waits for one batch at
/// most. If a deletion is interrupted, the next reset deletes the remaining rows.
/// </summary>
/// <remarks>
/// The first column of each table's primary key is the group of the row, such as the epoch. So the rows of old groups
/// are adjacent: the database frees whole pages and does not read rows in force.
/// </remarks>
internal sealed class OldRows(IDatabase database)
{
    /// <summary>The smallest batch. On a busy machine even a smaller batch would take long.</summary>
    private const int FewestAtOnce = 5000;

    private const int MostAtOnce = 100_000;
    private const int ListedAtOnce = 200;

    /// <summary>A value greater than every key: it is longer than a hash and all its bytes are 255.</summary>
    private static readonly byte[] EndOfKeys = [.. Enumerable.Repeat(byte.MaxValue, 33)];

    private int _atOnce = FewestAtOnce;

    /// <summary>Deletes the rows of old groups. They are no longer in force; this only frees their space.</summary>
    /// <param name="group">The first column of the table's primary key.</param>
    /// <param name="key">The second column of the primary key.</param>
    /// <param name="end">The first group in force.</param>
    /// <returns>The number of deleted rows.</returns>
    public long Delete(string table, string group, string key, long end)
    {
        var (deleted, last) = (0L, -1L);
        // Continue after the last group. A search from the start would scan all deleted rows again.
        while (database.Try(() => database.Scalar(
            $"SELECT MIN({group}) FROM {table} WHERE {group} > @last AND {group} < @end", ("last", last),
                ("end", end))) is { } old)
        {
            for (var after = Array.Empty<byte>(); after != EndOfKeys;)
            {
                (string, object)[] from = [("old", old), ("after", after)];
                // The read takes no lock, and it loads the pages that the deletion then writes.
                var until = database.Try(() => database.Rows(
                    $"SELECT {key} FROM {table} WHERE {group} = @old AND {key} > @after ORDER BY {key} LIMIT 1 "
                    + $"OFFSET {_atOnce - 1}", row => row.Bytes(0), from)) is [var found] ? found : EndOfKeys;
                var start = Stopwatch.GetTimestamp();
                deleted += database.DeleteBatch(
                    $"DELETE FROM {table} WHERE {group} = @old AND {key} > @after AND {key} <= @until",
                    [.. from, ("until", until)]);
                if (until != EndOfKeys)
                    Rest(Stopwatch.GetElapsedTime(start));
                after = until;
            }

            last = old;
        }

        return deleted;
    }

    /// <summary>
    /// Deletes the records of subjects that were removed from the lists before or after the given times and not listed
    /// since.
    /// </summary>
    public void DeleteRemovals(AddressKey key, DateTimeOffset before, DateTimeOffset after) =>
        DeleteListed(key, Verdict.None, before.ToUnixTimeSeconds(), after.ToUnixTimeSeconds());

    /// <summary>
    /// Deletes the oldest addresses that feedback blocked, and keeps the given number. More may stay if several were
    /// listed in the same second. The limit is needed because each forged request may add an address.
    /// </summary>
    public void DeleteBlockedByFeedback(AddressKey key, int most)
    {
        var oldest = database.Try(() => database.Scalar(
            $"""
            SELECT listed_at FROM listed
            WHERE generation = @generation AND verdict = {(int)Verdict.BlockedByFeedback}
            ORDER BY listed_at DESC LIMIT 1 OFFSET {most - 1}
            """, ("generation", key.Generation)));
        if (oldest is not null)
            DeleteListed(key, Verdict.BlockedByFeedback, oldest.Value);
    }

    private void DeleteListed(AddressKey key, Verdict verdict, long before, long from = long.MaxValue)
    {
        (string, object)[] old =
            [("generation", key.Generation), ("verdict", (int)verdict), ("end", before), ("from", from)];
        var after = Array.Empty<byte>();
        // The batches are in the order of the keys, so that no batch reads the same rows again. This takes no lock.
        while (database.Try(() => database.Rows(
            $"""
            SELECT subject FROM listed
            WHERE generation = @generation AND subject > @after AND verdict = @verdict
            AND (listed_at < @end OR listed_at > @from)
            ORDER BY subject LIMIT {ListedAtOnce}
            """,
            row => row.Bytes(0), [("after", after), .. old])) is { Count: > 0 } found)
        {
            // A row whose verdict changed meanwhile stays.
            var (names, values) = Sql.Each("subject", found);
            database.Try(() => database.Execute(
                $"""
                DELETE FROM listed
                WHERE generation = @generation AND subject IN ({names}) AND verdict = @verdict
                AND (listed_at < @end OR listed_at > @from)
                """, [.. values, .. old]));
            after = found[^1];
        }
    }

    /// <summary>
    /// Pauses so that other processes can proceed, and adapts the size of the next batch to the duration of this one.
    /// </summary>
    private void Rest(TimeSpan taken)
    {
        var wanted = (int)Math.Min(MostAtOnce, _atOnce * (database.LongestBatch / taken));
        _atOnce = Math.Clamp(wanted, FewestAtOnce, Math.Min(MostAtOnce, _atOnce * 2));
        Thread.Sleep(database.RestAfterBatch);
    }
}
