using System.Data.Common;

namespace MailResponder.Store;

/// <summary>
/// Which messages were claimed, what they were charged, and what was sent for them; part of the <see
/// cref="RequesterStore"/>, whose transactions it runs in. It consists of volumes: a reset begins a new one, and
/// deletes whole volumes that are old enough.
/// </summary>
internal sealed class Ledger(IDatabase database, TimeProvider clock)
{
    /// <summary>
    /// With 10 volumes, the ledger keeps a message up to a tenth longer than necessary. Smaller volumes cost look-ups.
    /// </summary>
    private const int VolumesAtLeast = 10;

    /// <summary>In place of the quota window that was charged: the message is answered with a notice.</summary>
    public const long Notice = -1;

    /// <summary>An earlier claim of the message, else null; the present volume; the present epoch.</summary>
    /// <param name="message">Made with the key.</param>
    /// <param name="key">The key with which everything was looked up so far.</param>
    public (Claim? Earlier, long Volume, long Epoch) ReadClaim(MessageKey message, AddressKey key)
    {
        var (volume, epoch, oldest, present) = (0L, 0L, long.MaxValue, 0L);
        foreach (var row in database.Rows(
            $"""
            SELECT volume.number, {RequesterStore.PresentEpoch}, volume.generation, ledger.tries, ledger.entries,
                ledger.charged
            FROM volume LEFT JOIN ledger ON ledger.volume = volume.number AND ledger.message = @message
            ORDER BY volume.number
            """,
            row => new VolumeRow(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2),
                row.IsDBNull(3) ? null : ClaimIn(row, 3, new LedgerPlace(message.Value, row.GetInt64(0)))),
            ("message", message.Value)))
        {
            (volume, epoch, present) = (row.Number, row.Epoch, row.Generation);
            oldest = Math.Min(oldest, present);
            if (row.Claim is not null)
                return (row.Claim, volume, epoch);
        }

        if (present != key.Generation)
            throw KeyChange.CameInBetween();
        return (oldest < present ? FindClaim(message.Earlier) : null, volume, epoch);
    }

    /// <summary>Claims the message.</summary>
    /// <param name="place">Of a message that was not claimed before, in the present volume.</param>
    /// <param name="charged">The quota window that was charged; 0: none; or <see cref="Notice"/>.</param>
    public void Enter(LedgerPlace place, long charged) => database.Execute(
        "INSERT INTO ledger (volume, message, charged, tries, entries) VALUES (@volume, @message, @charged, 1, "
        + "@entries)",
        ("volume", place.Volume), ("message", place.Key), ("charged", charged), ("entries", Array.Empty<byte>()));

    /// <summary>
    /// Counts one more try of a message that was claimed before. Nothing is sent without this write: a database that
    /// can only be read would let each try send the same reply.
    /// </summary>
    /// <returns>Null when another try was counted since the claim was read.</returns>
    public Claim? CountTry(Claim earlier)
    {
        var tries = earlier.Tries + 1;
        return Update(earlier.Place, "tries = @tries", "tries = @before", ("tries", tries), ("before", earlier.Tries))
            ? earlier with { Tries = tries } : null;
    }

    /// <summary>Records what became of the entries of a claimed message.</summary>
    /// <exception cref="ResponderException">The ledger no longer has the message, or a later try has begun.</exception>
    public void Record(Claim claim, EntryStates entries)
    {
        if (!Update(claim.Place, "entries = @entries", "tries = @tries", ("entries", entries.ToBytes()),
            ("tries", claim.Tries)))
        {
            throw new ResponderException(Cause.Database,
                "the ledger has lost the message that was just answered, or another process has taken it over; "
                + "was the database emptied or restored?");
        }
    }

    /// <summary>Takes off the mark that says that the message was charged.</summary>
    /// <returns>The quota window that was charged; 0 when none was, or the mark has been taken off before.</returns>
    public long TakeCharge(LedgerPlace place)
    {
        var epoch = database.Scalar("SELECT charged FROM ledger WHERE volume = @volume AND message = @message",
            ("volume", place.Volume), ("message", place.Key)) ?? 0;
        // Only the process that removes the mark refunds. Of two refunds of one message, one finds it gone.
        return epoch > 0 && Update(place, "charged = 0", "charged = @epoch", ("epoch", epoch)) ? epoch : 0;
    }

    /// <summary>
    /// Begins a new volume unless the present one is too young; several hosts may reset at once. A volume that was
    /// begun in the future, by a wrong clock, counts as old enough.
    /// </summary>
    public void BeginVolume(long forgetBefore, AddressKey key)
    {
        var now = clock.GetUtcNow().ToUnixTimeSeconds();
        database.Execute(
            """
            INSERT INTO volume (number, begun_at, generation) SELECT number + 1, @now, @generation FROM volume
            WHERE number = (SELECT MAX(number) FROM volume)
                AND (begun_at <= @youngest OR begun_at > @now OR generation <> @generation)
            """,
            ("now", now), ("youngest", now - (now - forgetBefore) / VolumesAtLeast), ("generation", key.Generation));
    }

    /// <summary>Forgets the volumes in which every message was claimed before the given time.</summary>
    public void ForgetVolumes(long before)
    {
        // A volume ends when the next one is begun.
        if (database.Scalar("SELECT MAX(number) FROM volume WHERE begun_at <= @before",
            ("before", before)) is { } first)
            database.Execute("DELETE FROM volume WHERE number < @first", ("first", first));
    }

    /// <returns>False when the ledger has lost the message, or has it in another state.</returns>
    private bool Update(LedgerPlace place, string change, string state, params (string, object)[] values) =>
        database.Execute($"UPDATE ledger SET {change} WHERE volume = @volume AND message = @message AND {state}",
            [("volume", place.Volume), ("message", place.Key), .. values]) == 1;

    /// <summary>The claim that was recorded under one of the keys; else null.</summary>
    private Claim? FindClaim(IReadOnlyList<byte[]> keys)
    {
        if (keys.Count == 0)
            return null;
        var (names, values) = Sql.Each("message", [.. keys]);
        return database.Rows<Claim?>(
            $"""
            SELECT ledger.volume, ledger.message, ledger.tries, ledger.entries, ledger.charged
            FROM volume JOIN ledger ON ledger.volume = volume.number AND ledger.message IN ({names})
            """,
            row => ClaimIn(row, 2, new LedgerPlace(row.Bytes(1), row.GetInt64(0))), values).FirstOrDefault();
    }

    /// <param name="first">The column that has ledger.tries; then come entries and charged.</param>
    private static Claim ClaimIn(DbDataReader row, int first, LedgerPlace place) =>
        new(row.GetInt64(first + 2) == Notice ? ClaimResult.Notice : ClaimResult.Retry, row.GetInt64(first),
            EntryStates.Read(row.Bytes(first + 1)), Place: place);

    /// <param name="Claim">Of the message that was asked for; null when the volume does not have it.</param>
    private sealed record VolumeRow(long Number, long Epoch, long Generation, Claim? Claim);
}
