using System.Security.Cryptography;

namespace MailResponder.Limits;

/// <summary>A message that may be answered now, and the record of which of its replies are done.</summary>
internal sealed class ClaimedMessage
{
    private readonly Store? _store;
    private readonly MessageKey _message;
    private readonly Requester? _requester;
    private Claim _claim;

    public ClaimedMessage(MessageKey message, Claim claim, Store store, Requester requester)
        : this(message)
    {
        _claim = claim;
        _store = store;
        _requester = requester;
    }

    private ClaimedMessage(MessageKey message) => _message = message;

    /// <summary>The same at each try, also when a new address key comes into force in between.</summary>
    public byte[] Key => _store?.LedgerKey(_message) ?? _message.Value;

    /// <summary>Whether any reply was sent, in this try or an earlier one.</summary>
    public bool AnySent => _claim.Sent != 0;

    /// <summary>For replies that nobody counts: a dry run, or one that the operator sends.</summary>
    public static ClaimedMessage Unrecorded() => new(new MessageKey(RandomNumberGenerator.GetBytes(32)));

    public bool IsDone(int entry) => _claim.IsDone(entry);

    public void RecordSent(int entry)
    {
        _claim = _claim with { Sent = _claim.Sent | (1L << entry) };
        _store?.RecordSent(_message, entry);
    }

    public void RecordGivenUp(int entry)
    {
        _claim = _claim with { GivenUp = _claim.GivenUp | (1L << entry) };
        _store?.RecordGivenUp(_message, entry);
    }

    /// <summary>Gives the quota back, because nothing could be sent for good.</summary>
    public void Refund() => _store?.Refund(_message, _requester!);
}
