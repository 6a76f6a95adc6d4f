using System.Data.Common;

namespace MailResponder.Limits;

/// <summary>
/// Which messages were claimed, what they were charged, and what was sent for them; part of the <see cref="Store"/>, whose
/// transactions it runs in. It is written in volumes: a reset begins a new one, and forgets those that are old enough, as
/// a whole.
/// </summary>
internal sealed class Ledger(IDatabase database, TimeProvider clock)
{
    /// <summary>The ledger keeps a message for up to this part longer than it has to; each volume costs a look at it.</summary>
    private const int VolumesAtLeast = 10;

    /// <summary>Where the ledger has the message that was claimed last, and under which of its keys.</summary>
    private (MessageKey? Message, byte[] Key, long Volume) _claimed = (null, [], 0);

    /// <summary>As the ledger knows the message, from its first try to its last.</summary>
    public byte[] KeyOf(MessageKey message) => ReferenceEquals(_claimed.Message, message) ? _claimed.Key : message.Value;

    /// <summary>An earlier claim of the message, else null; the present volume; the present epoch.</summary>
    /// <param name="message">Made with the key.</param>
    /// <param name="key">With which all was looked up so far.</param>
    public (Claim? Earlier, long Volume, long Epoch) ReadClaim(MessageKey message, AddressKey key)
    {
        var (volume, epoch, oldest, present) = (0L, 0L, long.MaxValue, 0L);
        foreach (var row in database.Rows(
            $"""
            SELECT volume.number, {Store.PresentEpoch}, volume.generation, ledger.sent, ledger.given_up
            FROM volume LEFT JOIN ledger ON ledger.volume = volume.number AND ledger.message = @message ORDER BY volume.number
            """,
            row => new VolumeRow(
                row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.IsDBNull(3) ? null : ClaimIn(row, 3)),
            ("message", message.Value)))
        {
            (volume, epoch, present) = (row.Number, row.Epoch, row.Generation);
            oldest = Math.Min(oldest, present);
            _claimed = (message, message.Value, volume);
            if (row.Claim is not null)
                return (row.Claim, volume, epoch);
        }

        if (present != key.Generation)
            throw KeyChange.CameInBetween();
        return (oldest < present ? FindClaim(message, message.Earlier) : null, volume, epoch);
    }

    /// <summary>Claims the message.</summary>
    /// <param name="message">Not claimed before.</param>
    /// <param name="volume">The present one.</param>
    /// <param name="charged">The quota window that was charged; 0: none.</param>
    public void Enter(MessageKey message, long volume, long charged) => database.Execute(
        "INSERT INTO ledger (volume, message, charged, sent, given_up) VALUES (@volume, @message, @charged, 0, 0)",
        ("volume", volume), ("message", message.Value), ("charged", charged));

    /// <summary>Records what became of an entry.</summary>
    /// <param name="column">"sent" or "given_up".</param>
    /// <exception cref="ResponderException">The ledger no longer has the message.</exception>
    public void Record(string column, MessageKey message, int entry)
    {
        var (key, volume) = PlaceOf(message);
        if (database.Execute(
            $"UPDATE ledger SET {column} = {column} | @bit WHERE volume = @volume AND message = @message",
            ("bit", 1L << entry), ("volume", volume), ("message", key)) == 0)
        {
            throw new ResponderException(Cause.Database,
                "the ledger has lost the message that was just answered; was the database emptied or restored?");
        }
    }

    /// <summary>Takes off the mark that says that the message was charged.</summary>
    /// <returns>The quota window that was charged; 0 when none was, or the mark has been taken off before.</returns>
    public long TakeCharge(MessageKey message)
    {
        var (key, volume) = PlaceOf(message);
        var epoch = database.Scalar("SELECT charged FROM ledger WHERE volume = @volume AND message = @message",
            ("volume", volume), ("message", key)) ?? 0;
        // Whoever takes the mark off the ledger gives back: of two refunds of one message only one can take it.
        return epoch == 0 || database.Execute(
            "UPDATE ledger SET charged = 0 WHERE volume = @volume AND message = @message AND charged = @epoch",
            ("volume", volume), ("message", key), ("epoch", epoch)) == 0 ? 0 : epoch;
    }

    /// <summary>
    /// Begins a new volume unless the present one is too young for that; several hosts may reset at once. A volume is
    /// old enough when the next one was begun before the given time.
    /// </summary>
    public void TurnVolumes(long forgetBefore, AddressKey key)
    {
        var now = clock.GetUtcNow().ToUnixTimeSeconds();
        var youngest = (now - forgetBefore) / VolumesAtLeast;
        database.Execute(
            """
            INSERT INTO volume (number, begun_at, generation) SELECT number + 1, @now, @generation FROM volume
            WHERE number = (SELECT MAX(number) FROM volume) AND (begun_at <= @now - @youngest OR generation <> @generation)
            """, ("now", now), ("youngest", youngest), ("generation", key.Generation));
        if (database.Scalar("SELECT MAX(number) FROM volume WHERE begun_at <= @before", ("before", forgetBefore)) is { } first)
            database.Execute("DELETE FROM volume WHERE number < @first", ("first", first));
    }

    /// <summary>The claim that was recorded under one of the keys, with its place in <see cref="_claimed"/>; else null.</summary>
    private Claim? FindClaim(MessageKey message, IReadOnlyList<byte[]> keys)
    {
        if (keys.Count == 0)
            return null;
        var (names, values) = Sql.Each("message", [.. keys]);
        if (database.Rows(
            $"""
            SELECT ledger.volume, ledger.message, ledger.sent, ledger.given_up
            FROM volume JOIN ledger ON ledger.volume = volume.number AND ledger.message IN ({names})
            """,
            row => (Volume: row.GetInt64(0), Key: row.Bytes(1), Claim: ClaimIn(row, 2)), values) is not [var row, ..])
        {
            return null;
        }

        _claimed = (message, row.Key, row.Volume);
        return row.Claim;
    }

    /// <param name="first">The column that has ledger.sent; the next one has ledger.given_up.</param>
    private static Claim ClaimIn(DbDataReader row, int first) =>
        new(ClaimResult.Retry, row.GetInt64(first), row.GetInt64(first + 1));

    private (byte[] Key, long Volume) PlaceOf(MessageKey message) =>
        ReferenceEquals(_claimed.Message, message) || FindClaim(message, [message.Value, .. message.Earlier]) is not null
            ? (_claimed.Key, _claimed.Volume) : (message.Value, 0);

    /// <param name="Claim">Of the message that was asked for; null when the volume does not have it.</param>
    private sealed record VolumeRow(long Number, long Epoch, long Generation, Claim? Claim);
}
