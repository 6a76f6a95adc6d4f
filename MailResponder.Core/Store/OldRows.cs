using System.Diagnostics;

namespace MailResponder.Store;

/// <summary>
/// Deletes rows that are no longer in force, in batches that are transactions of their own: a message waits for one
/// batch at most. Rows that are left when this is interrupted are deleted the next time.
/// </summary>
/// <remarks>
/// The first column of each key says what a row belongs to, so the rows to be deleted lie together. The database frees
/// whole pages, and does not read rows that are in use.
/// </remarks>
internal sealed class OldRows(IDatabase database)
{
    /// <summary>Smaller batches do not help: on a busy machine each batch takes long, whatever its size.</summary>
    private const int FewestAtOnce = 5000;

    private const int MostAtOnce = 100_000;
    private const int ListedAtOnce = 200;

    /// <summary>Above all keys: it is longer than a hash.</summary>
    private static readonly byte[] EndOfKeys = [.. Enumerable.Repeat(byte.MaxValue, 33)];

    private int _atOnce = FewestAtOnce;

    /// <summary>Deletes what counts for nothing any more; this only frees its room.</summary>
    /// <param name="group">The first column of the table's key.</param>
    /// <param name="key">The other one.</param>
    /// <param name="end">The first group in force.</param>
    /// <returns>How many rows were deleted.</returns>
    public long Delete(string table, string group, string key, long end)
    {
        var (deleted, last) = (0L, -1L);
        // Continues behind the last group. A new search from the start would scan all deleted rows again.
        while (database.Try(() => database.Scalar(
            $"SELECT MIN({group}) FROM {table} WHERE {group} > @last AND {group} < @end", ("last", last),
                ("end", end))) is { } old)
        {
            for (var after = Array.Empty<byte>(); after != EndOfKeys;)
            {
                (string, object)[] from = [("old", old), ("after", after)];
                // Reading takes no lock, and loads the pages that the deletion then writes.
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

    /// <summary>What was taken off the lists before the given time, and is not on one again.</summary>
    public void DeleteRemovals(AddressKey key, DateTimeOffset before) =>
        DeleteListed(key, Verdict.None, before.ToUnixTimeSeconds());

    /// <summary>
    /// The oldest addresses that feedback blocked, so that the given number stays. Each forged request may add one.
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

    private void DeleteListed(AddressKey key, Verdict verdict, long before)
    {
        (string, object)[] old = [("generation", key.Generation), ("verdict", (int)verdict), ("end", before)];
        var after = Array.Empty<byte>();
        while (database.Try(() => OldListed(after, old)) is { Count: > 0 } found)
        {
            // A row whose verdict changed meanwhile stays.
            var (names, values) = Sql.Each("subject", found);
            database.Try(() => database.Execute(
                $"""
                DELETE FROM listed
                WHERE generation = @generation AND subject IN ({names}) AND verdict = @verdict AND listed_at < @end
                """, [.. values, .. old]));
            after = found[^1];
        }
    }

    /// <summary>
    /// In the order of the keys, so that no batch looks at the same rows again. Reading locks nothing.
    /// </summary>
    private List<byte[]> OldListed(byte[] after, (string, object)[] old) => database.Rows(
        $"""
        SELECT subject FROM listed
        WHERE generation = @generation AND subject > @after AND verdict = @verdict AND listed_at < @end
        ORDER BY subject LIMIT {ListedAtOnce}
        """,
        row => row.Bytes(0), [("after", after), .. old]);

    /// <summary>Pauses for others, and adapts the size of the next batch to the time that this one took.</summary>
    private void Rest(TimeSpan taken)
    {
        var wanted = (int)Math.Min(MostAtOnce, _atOnce * (database.LongestBatch / taken));
        _atOnce = Math.Clamp(wanted, FewestAtOnce, Math.Min(MostAtOnce, _atOnce * 2));
        Thread.Sleep(database.RestAfterBatch);
    }
}
