using System.Data.Common;

namespace MailResponder.Store;

/// <summary>
/// Records which messages were claimed, what each was charged, and which replies were sent. It is part of
/// <see cref="RequesterStore"/> and runs in its transactions. The ledger is divided into volumes: a reset begins a new
/// volume and deletes whole volumes that are old enough.
/// </summary>
internal sealed class Ledger(IDatabase database, TimeProvider clock)
{
    /// <summary>
    /// With 10 volumes, the ledger keeps a message up to a tenth longer than necessary. More volumes would cost more
    /// look-ups.
    /// </summary>
    private const int VolumesAtLeast = 10;

    /// <summary>
    /// Recorded instead of a charged quota window when the message is answered with an over-quota notice.
    /// </summary>
    public const long Notice = -1;

    /// <summary>Returns the earlier claim of the message (null if none), the current volume and epoch.</summary>
    /// <param name="message">The message key, computed with <paramref name="key"/>.</param>
    /// <param name="key">The address key used for all look-ups of this message so far.</param>
    /// <exception cref="ResponderException">
    /// Another address key has come into force (<see cref="Cause.InProgress"/>).
    /// </exception>
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
    /// <param name="place">The message, not claimed before, and the current volume.</param>
    /// <param name="charged">The quota window that was charged, 0 for none, or <see cref="Notice"/>.</param>
    public void Enter(LedgerPlace place, long charged) => database.Execute(
        "INSERT INTO ledger (volume, message, charged, tries, entries) VALUES (@volume, @message, @charged, 1, "
        + "@entries)",
        ("volume", place.Volume), ("message", place.Key), ("charged", charged), ("entries", Array.Empty<byte>()));

    /// <summary>
    /// Counts one more delivery attempt of a message that was claimed before. Nothing is sent without this write: with
    /// a read-only database, every attempt would send the same reply again.
    /// </summary>
    /// <returns>Null if another attempt was counted since the claim was read.</returns>
    public Claim? CountTry(Claim earlier)
    {
        var tries = earlier.Tries + 1;
        return Update(earlier.Place, "tries = @tries", "tries = @before", ("tries", tries), ("before", earlier.Tries))
            ? earlier with { Tries = tries } : null;
    }

    /// <summary>Records the states of the entries of a claimed message.</summary>
    /// <exception cref="ResponderException">
    /// The ledger no longer holds the message, or a later delivery attempt has begun.
    /// </exception>
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

    /// <summary>Clears the record that the message was charged.</summary>
    /// <returns>The quota window that was charged; 0 if none was, or if the record was cleared before.</returns>
    public long TakeCharge(LedgerPlace place)
    {
        var epoch = database.Scalar("SELECT charged FROM ledger WHERE volume = @volume AND message = @message",
            ("volume", place.Volume), ("message", place.Key)) ?? 0;
        // Only the process that clears the record refunds. If two refund one message, the second finds it cleared.
        return epoch > 0 && Update(place, "charged = 0", "charged = @epoch", ("epoch", epoch)) ? epoch : 0;
    }

    /// <summary>
    /// Begins a new volume unless the current one is too young: several hosts may reset at once. Always begins one for
    /// a new address key. A volume begun in the future, because of a wrong clock, counts as old enough.
    /// </summary>
    /// <param name="forgetBefore">Unix seconds; messages claimed before this time may be forgotten.</param>
    /// <param name="key">The address key in force after this reset.</param>
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

    /// <summary>
    /// Deletes the volumes in which every message was claimed before the given time, in Unix seconds. Their messages
    /// stay as rows that are no longer in force (<see cref="OldRows"/>). A reset with a wrong clock begins a volume
    /// with a wrong time. Such a volume, long ago or in the future, does not prove that the volumes before it are old.
    /// </summary>
    public void ForgetVolumes(long before)
    {
        // A volume ends when the next one begins.
        if (database.Scalar(
            """
            SELECT MAX(number) FROM volume WHERE begun_at <= @before
                AND NOT EXISTS (SELECT 1 FROM volume AS young
                    WHERE young.begun_at > @before AND young.begun_at <= @now AND young.number < volume.number)
            """, ("before", before), ("now", clock.GetUtcNow().ToUnixTimeSeconds())) is { } first)
            database.Execute("DELETE FROM volume WHERE number < @first", ("first", first));
    }

    /// <returns>False if the ledger does not hold the message, or not in the given state.</returns>
    private bool Update(LedgerPlace place, string change, string state, params (string, object)[] values) =>
        database.Execute($"UPDATE ledger SET {change} WHERE volume = @volume AND message = @message AND {state}",
            [("volume", place.Volume), ("message", place.Key), .. values]) == 1;

    /// <summary>Returns the claim recorded under one of the message keys. Null if there is none.</summary>
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

    /// <param name="first">The index of the column ledger.tries; entries and charged follow it.</param>
    private static Claim ClaimIn(DbDataReader row, int first, LedgerPlace place) =>
        new(row.GetInt64(first + 2) == Notice ? ClaimResult.Notice : ClaimResult.Retry, row.GetInt64(first),
            EntryStates.Read(row.Bytes(first + 1)), Place: place);

    /// <param name="Claim">The claim of the message in question; null if it is not in this volume.</param>
    private sealed record VolumeRow(long Number, long Epoch, long Generation, Claim? Claim);
}
