namespace MailResponder.Store;

/// <summary>
/// Brings the newest address key of the key file into force. The subjects on the lists are hashed again with it: most
/// in batches before the reset, and those that changed meanwhile in the transaction of the reset. Quotas end with their
/// window, and the ledger stays as it is (<see cref="RequesterStore"/>).
/// </summary>
/// <param name="database">The database whose key changes.</param>
/// <param name="newest">The newest key of the key file.</param>
internal sealed class KeyChange(IDatabase database, AddressKey newest)
{
    private const int AtOnce = 200;

    /// <summary>The largest difference between the clocks of hosts that write to the lists.</summary>
    private static readonly TimeSpan ClockDifference = TimeSpan.FromHours(1);

    private long _copiedAt;

    /// <summary>The exception for a process that began under one key while another is in force now.</summary>
    public static ResponderException CameInBetween() =>
        new(Cause.InProgress, "another address key has just come into force; the next try reads the key file again");

    /// <summary>
    /// Copies the lists to rows hashed with the newest key, in small transactions: there may be millions of rows. The
    /// rows in force stay. Does nothing if the newest key is already in force.
    /// </summary>
    public void CopyLists(DateTimeOffset now)
    {
        _copiedAt = (now - ClockDifference).ToUnixTimeSeconds();
        var before = database.Try(() => database.KeyInForce(newest));
        if (before == newest)
            return;
        for (var after = Array.Empty<byte>();
            database.Try(() => Listed(before, "subject > @from", after)) is { Count: > 0 } rows;)
        {
            database.InTransaction(() => Copy(rows, before));
            after = rows[^1].Subject;
        }
    }

    /// <summary>
    /// Copies the rows that changed since <see cref="CopyLists"/>, and records the newest key as the one in force. Call
    /// this after <see cref="CopyLists"/>, in a transaction that blocks other resets.
    /// </summary>
    /// <returns>False if the newest key is already in force.</returns>
    /// <exception cref="ResponderException">The key in force is not in the key file.</exception>
    public bool BringIntoForce()
    {
        var before = database.KeyInForce(newest);
        if (before == newest)
            return false;
        for (var after = Array.Empty<byte>(); Listed(
            before, "subject > @from AND listed_at >= @copied", after) is { Count: > 0 } rows;)
        {
            Copy(rows, before);
            after = rows[^1].Subject;
        }

        Schema.PutInForce(database, newest);
        return true;
    }

    /// <summary>
    /// Blocks resets until the transaction ends, so that all its rows are written under the key in force.
    /// </summary>
    /// <param name="present">The key that the caller uses.</param>
    /// <exception cref="ResponderException">
    /// Another key is in force (<see cref="Cause.InProgress"/>).
    /// </exception>
    public void Hold(AddressKey present)
    {
        database.Execute("UPDATE meta SET value = value WHERE name = 'epoch'");
        if (database.Scalar("SELECT generation FROM volume ORDER BY number DESC LIMIT 1") != present.Generation)
            throw CameInBetween();
    }

    private List<ListedRow> Listed(AddressKey key, string which, byte[] after) => database.Rows(
        $"""
        SELECT subject, verdict, listed_at FROM listed
        WHERE generation = @generation AND {which} ORDER BY subject LIMIT {AtOnce}
        """,
        row => new ListedRow(row.Bytes(0), row.GetInt64(1), row.GetInt64(2)),
        ("generation", key.Generation), ("from", after), ("copied", _copiedAt));

    /// <returns>How many rows were written.</returns>
    private int Copy(List<ListedRow> rows, AddressKey before)
    {
        var (_, subjects) = Sql.Each("subject", [.. rows.Select(row => newest.Renew(row.Subject, before))]);
        var values = rows.Zip(subjects, (row, subject) => $"(@generation, @{subject.Name}, {row.Verdict}, {row.At})");
        return database.Execute(
            $"REPLACE INTO listed (generation, subject, verdict, listed_at) VALUES {string.Join(", ", values)}",
            [.. subjects, ("generation", newest.Generation)]);
    }

    private sealed record ListedRow(byte[] Subject, long Verdict, long At);
}
