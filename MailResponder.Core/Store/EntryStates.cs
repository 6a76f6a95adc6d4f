using System.Buffers.Binary;

namespace MailResponder.Store;

/// <summary>
/// What became of the entries that answer one message. An entry is known by a hash of what it is, so that an edit of
/// the response book between two tries neither loses nor doubles a reply.
/// </summary>
internal sealed class EntryStates
{
    /// <summary>Most entries of one requested address.</summary>
    public const int MaxEntries = 60;

    /// <summary>
    /// How often an entry is handed over on the first day when its outcome is never recorded. On each later day it is
    /// handed over once more. The claim itself records the first time, so the count is one lower.
    /// </summary>
    public const int MaxCopies = 3;

    // A hash, a state, and the day (since 1970, UTC) when it was handed over last.
    private const int KeyBytes = sizeof(ulong), DayAt = KeyBytes + 1, RecordBytes = DayAt + sizeof(ushort);

    // Any smaller number counts the times it was handed over at a retry with an unknown outcome.
    private const byte Sent = 0xff, GivenUp = 0xfe;

    private readonly Dictionary<ulong, (byte State, ushort Day)> _states = [];

    /// <summary>Whether any entry was sent.</summary>
    public bool AnySent => _states.Values.Any(entry => entry.State == Sent);

    /// <summary>Reads what <see cref="ToBytes"/> wrote; the rest of a record that was cut off is left out.</summary>
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

    /// <summary>Whether it was sent or refused for good: it is not to be tried again.</summary>
    public bool IsDone(ulong entry) => _states.GetValueOrDefault(entry).State >= GivenUp;

    public void SetDone(ulong entry, bool isSent) => _states[entry] = (isSent ? Sent : GivenUp, 0);

    /// <summary>Counts that a retry is about to hand it over.</summary>
    /// <param name="day">Today, in days since 1970.</param>
    /// <returns>False when that was done too often today; nothing is counted then.</returns>
    public bool TryBegin(ulong entry, ushort day)
    {
        var (begun, last) = _states.GetValueOrDefault(entry);
        if (begun >= MaxCopies - 1 && last == day)
            return false;
        _states[entry] = ((byte)Math.Min(begun + 1, MaxCopies - 1), day);
        return true;
    }

    /// <summary>Takes the last <see cref="TryBegin"/> back: it is known that nothing was sent.</summary>
    public void Withdraw(ulong entry)
    {
        var (begun, day) = _states[entry];
        if (begun > 1)
            _states[entry] = ((byte)(begun - 1), day);
        else
            _states.Remove(entry);
    }
}
