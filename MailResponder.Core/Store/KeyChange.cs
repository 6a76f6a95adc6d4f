namespace MailResponder.Store;

/// <summary>
/// Brings the newest address key of the key file into force. The subjects on the lists are hashed once more: in batches
/// before the reset, and what changed meanwhile in the transaction of the reset. Quotas end with their window, and the
/// ledger stays as it is (<see cref="RequesterStore"/>).
/// </summary>
internal sealed class KeyChange(IDatabase database, AddressKey newest)
{
    private const int AtOnce = 200;

    /// <summary>Clocks of hosts that write to the lists may differ by so much.</summary>
    private static readonly TimeSpan ClockDifference = TimeSpan.FromHours(1);

    private long _copiedAt;

    /// <summary>The fault of a process that began under one key, when another is in force now.</summary>
    public static ResponderException CameInBetween() =>
        new(Cause.InProgress, "another address key has just come into force; the next try looks at the key file again");

    /// <summary>
    /// Hashes what is on the lists with the newest key, beside what is in force, in small transactions: there may be
    /// millions. Does nothing when the newest key is in force.
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

    /// <summary>Call it after <see cref="CopyLists"/>, in a transaction that keeps other resets off.</summary>
    /// <returns>False when the newest key is in force already.</returns>
    /// <exception cref="ResponderException">The key in force is none of the key file's.</exception>
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
    /// <exception cref="ResponderException">That is another one than the given one.</exception>
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
