using System.Security.Cryptography;

namespace MailResponder.Limits;

/// <summary>A message that may be answered now, and the record of which of its replies are done.</summary>
internal sealed class ClaimedMessage
{
    private readonly Store? _store;
    private readonly Requester? _requester;
    private Claim _claim;

    public ClaimedMessage(byte[] key, Claim claim, Store store, Requester requester)
        : this(key)
    {
        _claim = claim;
        _store = store;
        _requester = requester;
    }

    private ClaimedMessage(byte[] key) => Key = key;

    public byte[] Key { get; }

    /// <summary>Whether any reply was sent, in this try or an earlier one.</summary>
    public bool AnySent => _claim.Sent != 0;

    /// <summary>For replies that nobody counts: a dry run, or one that the operator sends.</summary>
    public static ClaimedMessage Unrecorded() => new(RandomNumberGenerator.GetBytes(32));

    public bool IsDone(int entry) => _claim.IsDone(entry);

    public void RecordSent(int entry)
    {
        _claim = _claim with { Sent = _claim.Sent | (1L << entry) };
        _store?.RecordSent(Key, entry);
    }

    public void RecordGivenUp(int entry)
    {
        _claim = _claim with { GivenUp = _claim.GivenUp | (1L << entry) };
        _store?.RecordGivenUp(Key, entry);
    }

    /// <summary>Gives the quota back, because nothing could be sent for good.</summary>
    public void Refund() => _store?.Refund(Key, _requester!);
}
