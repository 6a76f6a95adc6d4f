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

    /// <summary>
    /// The SQL expression for the time when a reset began to copy the lists; NULL if none has since the last change of
    /// the key. From then on every change of the lists is recorded with this time or a later one, so that no host's
    /// clock matters.
    /// </summary>
    public const string CopiedAt = "(SELECT value FROM meta WHERE name = 'copied_at')";

    /// <summary>The exception for a process that began under one key while another is in force now.</summary>
    public static ResponderException CameInBetween() =>
        new(Cause.InProgress, "another address key has just come into force; the next try reads the key file again");

    /// <summary>
    /// Copies the lists to rows hashed with the newest key, in small transactions: there may be millions of rows. The
    /// rows in force stay. Does nothing if the newest key is already in force.
    /// </summary>
    public void CopyLists(DateTimeOffset now)
    {
        var before = database.Try(() => database.KeyInForce(newest));
        // If another reset has begun to copy before, its time stays, because it may be the first to end.
        if (before == newest || !WhileInForce(before, () => database.Execute(
            "INSERT INTO meta (name, value) VALUES ('copied_at', @now) " + database.UnlessThere("value"),
            ("now", now.ToUnixTimeSeconds()))))
        {
            return;
        }

        for (var after = Array.Empty<byte>();
            database.Try(() => Listed(before, "subject > @from", after)) is { Count: > 0 } rows
            && WhileInForce(before, () => Copy(rows, before));)
        {
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
            before, $"subject > @from AND listed_at >= COALESCE({CopiedAt}, 0)", after) is { Count: > 0 } rows;)
        {
            Copy(rows, before);
            after = rows[^1].Subject;
        }

        database.Execute("DELETE FROM meta WHERE name = 'copied_at'");
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
        if (!TryHold(present))
            throw CameInBetween();
    }

    /// <summary>Does the work in a transaction, unless another key has come into force.</summary>
    /// <returns>Whether the work was done.</returns>
    private bool WhileInForce(AddressKey key, Action work) => database.InTransaction(() =>
    {
        var holds = TryHold(key);
        if (holds)
            work();
        return holds;
    });

    private bool TryHold(AddressKey present)
    {
        database.Execute("UPDATE meta SET value = value WHERE name = 'epoch'");
        return database.Scalar("SELECT generation FROM volume ORDER BY number DESC LIMIT 1") == present.Generation;
    }

    private List<ListedRow> Listed(AddressKey key, string which, byte[] after) => database.Rows(
        $"""
        SELECT subject, verdict, listed_at FROM listed
        WHERE generation = @generation AND {which} ORDER BY subject LIMIT {AtOnce}
        """,
        row => new ListedRow(row.Bytes(0), row.GetInt64(1), row.GetInt64(2)),
        ("generation", key.Generation), ("from", after));

    private void Copy(List<ListedRow> rows, AddressKey before)
    {
        var (_, subjects) = Sql.Each("subject", [.. rows.Select(row => newest.Renew(row.Subject, before))]);
        var values = rows.Zip(subjects, (row, subject) => $"(@generation, @{subject.Name}, {row.Verdict}, {row.At})");
        database.Execute(
            $"REPLACE INTO listed (generation, subject, verdict, listed_at) VALUES {string.Join(", ", values)}",
            [.. subjects, ("generation", newest.Generation)]);
    }

    private sealed record ListedRow(byte[] Subject, long Verdict, long At);
}
