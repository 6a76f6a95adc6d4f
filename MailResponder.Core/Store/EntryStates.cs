using System.Buffers.Binary;

namespace MailResponder.Store;

/// <summary>
/// The states of the entries that answer one message. A hash of an entry's content identifies it, so an edit of the
/// response book between two delivery attempts neither loses nor duplicates a reply.
/// </summary>
internal sealed class EntryStates
{
    /// <summary>The maximum number of entries for one requested address.</summary>
    public const int MaxEntries = 60;

    /// <summary>
    /// How often an entry may be handed over on the first day while its outcome stays unknown. On each later day it may
    /// be handed over once more. Postfix makes six attempts in about an hour. The claim itself records the first time,
    /// so the stored count is one lower.
    /// </summary>
    public const int MaxCopies = 6;

    // A record: the hash, the state, and the day when the entry was last handed over (days since 1970, UTC).
    private const int KeyBytes = sizeof(ulong), DayAt = KeyBytes + 1, RecordBytes = DayAt + sizeof(ushort);

    // A smaller value counts how often a retry handed the entry over with an unknown outcome.
    private const byte Sent = 0xff, GivenUp = 0xfe;

    private readonly Dictionary<ulong, (byte State, ushort Day)> _states = [];

    /// <summary>Whether any entry was sent.</summary>
    public bool AnySent => _states.Values.Any(entry => entry.State == Sent);

    /// <summary>Reads what <see cref="ToBytes"/> wrote. Ignores a truncated record at the end.</summary>
    public static EntryStates Read(ReadOnlySpan<byte> stored)
    {
        var states = new EntryStates();
        for (; stored.Length >= RecordBytes; stored = stored[RecordBytes..])
        {
            states._states[BinaryPrimitives.ReadUInt64BigEndian(stored)] =
                (stored[KeyBytes], BinaryPrimitives.ReadUInt16BigEndian(stored[DayAt..]));
        }

        return states;
    }

    public byte[] ToBytes()
    {
        var bytes = new byte[_states.Count * RecordBytes];
        var at = bytes.AsSpan();
        foreach (var (entry, (state, day)) in _states)
        {
            BinaryPrimitives.WriteUInt64BigEndian(at, entry);
            at[KeyBytes] = state;
            BinaryPrimitives.WriteUInt16BigEndian(at[DayAt..], day);
            at = at[RecordBytes..];
        }

        return bytes;
    }

    /// <summary>Whether the entry was sent or permanently refused, and must not be sent again.</summary>
    public bool IsDone(ulong entry) => _states.GetValueOrDefault(entry).State >= GivenUp;

    public void SetDone(ulong entry, bool isSent) => _states[entry] = (isSent ? Sent : GivenUp, 0);

    /// <summary>Counts that a retry is about to hand the entry over.</summary>
    /// <param name="entry">The entry's hash.</param>
    /// <param name="day">Today, in days since 1970 (UTC).</param>
    /// <returns>False if it was handed over too often today; then nothing is counted.</returns>
    public bool TryBegin(ulong entry, ushort day)
    {
        var (begun, last) = _states.GetValueOrDefault(entry);
        if (begun >= MaxCopies - 1 && last == day)
            return false;
        _states[entry] = ((byte)Math.Min(begun + 1, MaxCopies - 1), day);
        return true;
    }

    /// <summary>Undoes the last <see cref="TryBegin"/>, because nothing was sent.</summary>
    public void Withdraw(ulong entry)
    {
        var (begun, day) = _states[entry];
        if (begun > 1)
            _states[entry] = ((byte)(begun - 1), day);
        else
            _states.Remove(entry);
    }
}
