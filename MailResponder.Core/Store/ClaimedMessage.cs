using System.Buffers.Binary;
using System.Security.Cryptography;
using MailResponder.Native;

namespace MailResponder.Store;

/// <summary>A message that may be answered now, and the record of which of its replies are done.</summary>
/// <param name="claim">The claim, which was granted.</param>
/// <param name="store">The store that granted the claim and keeps the record. Null for an unrecorded message.</param>
/// <param name="requester">The requester whose quota was charged. Null without a store.</param>
internal sealed class ClaimedMessage(Claim claim, RequesterStore? store, Requester? requester)
{
    private readonly EntryStates _entries = claim.Entries ?? new EntryStates();

    /// <summary>
    /// The message's key in the ledger. It is the same on every delivery attempt, even if a new address key comes into
    /// force between two attempts.
    /// </summary>
    public byte[] Key => claim.Place.Key;

    /// <summary>The address key in force. Null for an unrecorded message.</summary>
    public AddressKey? AddressKey => store?.Key;

    /// <summary>Whether any reply was sent, on this or an earlier delivery attempt.</summary>
    public bool AnySent => _entries.AnySent;

    /// <summary>Creates a message whose replies are not counted: a dry run, or replies sent by the operator.</summary>
    public static ClaimedMessage Unrecorded() => new(
        new Claim(ClaimResult.Granted, Place: new LedgerPlace(RandomNumberGenerator.GetBytes(32), 0)), null, null);

    /// <summary>
    /// Returns the id of an entry for the methods below. Without the address key, the id does not reveal the entry.
    /// </summary>
    /// <param name="identity">The hash of the entry's content (<c>ResponseEntry.Identity</c>).</param>
    public ulong IdOf(ReadOnlySpan<byte> identity) =>
        BinaryPrimitives.ReadUInt64BigEndian(Sha256.HashData([.. Key, .. identity]));

    public bool IsDone(ulong entry) => _entries.IsDone(entry);

    /// <summary>
    /// Call this before an entry is handed over. On a retry, this records the hand-over first: an earlier delivery
    /// attempt may have sent the entry without being able to record it.
    /// </summary>
    /// <returns>
    /// False if the entry was handed over too often today without a known outcome. Then it must not be sent now.
    /// </returns>
    /// <exception cref="ResponderException">The hand-over cannot be recorded; nothing may be sent.</exception>
    public bool TryBegin(ulong entry)
    {
        if (claim.Tries == 1)
            return true;
        if (!_entries.TryBegin(entry, (ushort)store!.Counters.Today))
            return false;
        Record();
        return true;
    }

    /// <summary>Records that the entry was not sent after all and may be sent on a later attempt.</summary>
    /// <exception cref="ResponderException">The database cannot record it.</exception>
    public void Withdraw(ulong entry)
    {
        if (claim.Tries == 1)
            return;
        _entries.Withdraw(entry);
        Record();
    }

    /// <summary>Records that the entry was sent or permanently refused, and must not be sent again.</summary>
    /// <param name="entry">The id of the entry.</param>
    /// <param name="isSent">Whether it was sent; false: it was refused.</param>
    /// <exception cref="ResponderException">The database cannot record it.</exception>
    public void RecordDone(ulong entry, bool isSent)
    {
        _entries.SetDone(entry, isSent);
        Record();
    }

    /// <summary>Refunds the charged quota, because all entries were permanently refused.</summary>
    public void Refund() => store?.Refund(claim, requester!);

    private void Record() => store?.Record(claim, _entries);
}
