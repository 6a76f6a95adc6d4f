using System.Buffers.Binary;

namespace MailResponder.Limits;

/// <summary>
/// What became of the entries that answer one message. An entry is known by a hash of what it is, so that an edit of the
/// response book between two tries neither loses nor doubles a reply.
/// </summary>
internal sealed class EntryStates
{
    /// <summary>Most entries of one requested address.</summary>
    public const int MaxEntries = 60;

    /// <summary>
    /// How often an entry is handed over when the outcome is never recorded. The first time, the claim itself is the
    /// record: so the count in the ledger stays one below.
    /// </summary>
    public const int MaxCopies = 3;

    private const int KeyBytes = sizeof(ulong);
    private const int RecordBytes = KeyBytes + 1;

    // Any smaller number: handed over so often at a retry, with an unknown outcome.
    private const byte Sent = 0xff, GivenUp = 0xfe;

    private readonly Dictionary<ulong, byte> _states = [];

    /// <summary>Whether any entry was sent, or may have been.</summary>
    public bool AnySent => _states.ContainsValue(Sent);

    /// <summary>Reads what <see cref="ToBytes"/> wrote; the rest of a record that was cut off is left out.</summary>
    public static EntryStates Read(ReadOnlySpan<byte> stored)
    {
        var states = new EntryStates();
        for (; stored.Length >= RecordBytes; stored = stored[RecordBytes..])
            states._states[BinaryPrimitives.ReadUInt64BigEndian(stored)] = stored[KeyBytes];
        return states;
    }

    public byte[] ToBytes()
    {
        var bytes = new byte[_states.Count * RecordBytes];
        var at = bytes.AsSpan();
        foreach (var (entry, state) in _states)
        {
            BinaryPrimitives.WriteUInt64BigEndian(at, entry);
            at[KeyBytes] = state;
            at = at[RecordBytes..];
        }

        return bytes;
    }

    /// <summary>Whether it was sent or refused for good: it is not to be tried again.</summary>
    public bool IsDone(ulong entry) => _states.GetValueOrDefault(entry) >= GivenUp;

    public void SetSent(ulong entry) => _states[entry] = Sent;

    public void SetGivenUp(ulong entry) => _states[entry] = GivenUp;

    /// <summary>Counts that a retry is about to hand it over.</summary>
    /// <returns>False when that was done too often already; it then counts as sent.</returns>
    public bool TryBegin(ulong entry)
    {
        var begun = _states.GetValueOrDefault(entry);
        var mayBegin = begun < MaxCopies - 1;
        _states[entry] = mayBegin ? (byte)(begun + 1) : Sent;
        return mayBegin;
    }

    /// <summary>Takes the last <see cref="TryBegin"/> back: it is known that nothing was sent.</summary>
    public void Withdraw(ulong entry)
    {
        if (--_states[entry] == 0)
            _states.Remove(entry);
    }
}
