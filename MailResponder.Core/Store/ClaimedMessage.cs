using System.Buffers.Binary;
using System.Security.Cryptography;
using MailResponder.Native;

namespace MailResponder.Store;

/// <summary>A message that may be answered now, and the record of which of its replies are done.</summary>
internal sealed class ClaimedMessage
{
    private readonly RequesterStore? _store;
    private readonly Requester? _requester;
    private readonly Claim _claim;
    private readonly EntryStates _entries;

    /// <param name="claim">One that was granted.</param>
    /// <param name="store">Has granted it, and keeps the record; null for a message without one.</param>
    /// <param name="requester">Who was charged; null without a store.</param>
    public ClaimedMessage(Claim claim, RequesterStore? store, Requester? requester)
    {
        (_claim, _entries) = (claim, claim.Entries ?? new EntryStates());
        (_store, _requester) = (store, requester);
    }

    /// <summary>The same at each try, also when a new address key comes into force in between.</summary>
    public byte[] Key => _claim.Place.Key;

    /// <summary>The key that is in force; null for a message that is not recorded.</summary>
    public AddressKey? AddressKey => _store?.Key;

    /// <summary>As <see cref="AddressKey.ReplyToken"/>; null for a reply that nobody counts.</summary>
    public string? ReplyToken(string name, DateTimeOffset sentAt, string recipient) =>
        _store?.Key.ReplyToken(name, sentAt, recipient);

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
        if (_claim.Tries == 1)
            return true;
        if (!_entries.TryBegin(entry, _store!.Today))
            return false;
        Record();
        return true;
    }

    /// <summary>Records that the entry was not sent after all, and may be tried again.</summary>
    /// <exception cref="ResponderException">It cannot be recorded.</exception>
    public void Withdraw(ulong entry)
    {
        if (_claim.Tries == 1)
            return;
        _entries.Withdraw(entry);
        Record();
    }

    /// <exception cref="ResponderException">It cannot be recorded.</exception>
    public void RecordSent(ulong entry)
    {
        _entries.SetSent(entry);
        Record();
    }

    /// <summary>Records that the entry was refused for good and is not to be tried again.</summary>
    /// <exception cref="ResponderException">It cannot be recorded.</exception>
    public void RecordGivenUp(ulong entry)
    {
        _entries.SetGivenUp(entry);
        Record();
    }

    /// <summary>Gives the quota back, because nothing could be sent for good.</summary>
    public void Refund() => _store?.Refund(_claim, _requester!);

    private void Record() => _store?.Record(_claim, _entries);
}
