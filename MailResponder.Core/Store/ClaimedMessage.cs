using System.Buffers.Binary;
using System.Security.Cryptography;
using MailResponder.Native;

namespace MailResponder.Store;

/// <summary>A message that may be answered now, and the record of which of its replies are done.</summary>
/// <param name="claim">One that was granted.</param>
/// <param name="store">Has granted it, and keeps the record; null for a message without one.</param>
/// <param name="requester">Who was charged; null without a store.</param>
internal sealed class ClaimedMessage(Claim claim, RequesterStore? store, Requester? requester)
{
    private readonly EntryStates _entries = claim.Entries ?? new EntryStates();

    /// <summary>The same at each try, also when a new address key comes into force in between.</summary>
    public byte[] Key => claim.Place.Key;

    /// <summary>The key that is in force; null for a message that is not recorded.</summary>
    public AddressKey? AddressKey => store?.Key;

    /// <summary>Whether any reply was sent, in this try or an earlier one.</summary>
    public bool AnySent => _entries.AnySent;

    /// <summary>For replies that are not counted: a dry run, or one that the operator sends.</summary>
    public static ClaimedMessage Unrecorded() => new(
        new Claim(ClaimResult.Granted, Place: new LedgerPlace(RandomNumberGenerator.GetBytes(32), 0)), null, null);

    /// <summary>
    /// How the entry is known below; it tells nothing of the entry to somebody who has only the database.
    /// </summary>
    /// <param name="identity">What the entry is.</param>
    public ulong IdOf(ReadOnlySpan<byte> identity) =>
        BinaryPrimitives.ReadUInt64BigEndian(Sha256.HashData([.. Key, .. identity]));

    public bool IsDone(ulong entry) => _entries.IsDone(entry);

    /// <summary>
    /// To be called before the entry is handed over. At a retry it is recorded first: an earlier try may have sent the
    /// entry and could not say so.
    /// </summary>
    /// <returns>
    /// False when it was handed over too often today without a record of it; it is not to be sent now.
    /// </returns>
    /// <exception cref="ResponderException">It cannot be recorded: nothing may be sent.</exception>
    public bool TryBegin(ulong entry)
    {
        if (claim.Tries == 1)
            return true;
        if (!_entries.TryBegin(entry, (ushort)store!.Counters.Today))
            return false;
        Record();
        return true;
    }

    /// <summary>Records that the entry was not sent after all, and may be tried again.</summary>
    /// <exception cref="ResponderException">It cannot be recorded.</exception>
    public void Withdraw(ulong entry)
    {
        if (claim.Tries == 1)
            return;
        _entries.Withdraw(entry);
        Record();
    }

    /// <summary>Records that the entry was sent, or refused for good: it is not to be tried again.</summary>
    /// <exception cref="ResponderException">It cannot be recorded.</exception>
    public void RecordDone(ulong entry, bool isSent)
    {
        _entries.SetDone(entry, isSent);
        Record();
    }

    /// <summary>Gives the quota back, because nothing could be sent for good.</summary>
    public void Refund() => store?.Refund(claim, requester!);

    private void Record() => store?.Record(claim, _entries);
}
