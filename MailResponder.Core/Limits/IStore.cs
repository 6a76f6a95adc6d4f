namespace MailResponder.Limits;

/// <summary>
/// Quota, lists and ledger, shared by all processes that answer. Every method is one atomic, durable step.
/// All throw <see cref="ResponderException"/> with <see cref="Cause.Database"/> when the database cannot do it now.
/// </summary>
internal interface IStore : IDisposable
{
    /// <summary>
    /// Keeps other processes from answering the same message until disposed; also released when this process dies.
    /// </summary>
    /// <returns>Null when another process is answering it.</returns>
    IDisposable? EnterMessage(byte[] messageKey);

    /// <summary>Claims the message and charges the quota in one step. A claimed message is a retry and is not charged.</summary>
    /// <param name="messageKey">Identifies the message; see <see cref="AddressKey.Message"/>.</param>
    /// <param name="requester">Whom to look up and charge.</param>
    /// <param name="limit">Requests until the next reset; null when this requester has no quota.</param>
    Claim Claim(byte[] messageKey, Requester requester, int? limit);

    /// <summary>Records that an entry was sent.</summary>
    void RecordSent(byte[] messageKey, int entry);

    /// <summary>Records that an entry was refused for good and is not to be tried again.</summary>
    void RecordGivenUp(byte[] messageKey, int entry);

    /// <summary>
    /// Gives back what the message was charged, because nothing could be sent for it. Once only, and only to the quota
    /// window that was charged.
    /// </summary>
    void Refund(byte[] messageKey, Requester requester);

    /// <summary>
    /// Starts a new quota window, in one step; then forgets the messages that were claimed before the given time, and
    /// the old quotas, in small steps that nobody waits for.
    /// </summary>
    /// <returns>How many requesters had a quota, and how many messages were forgotten.</returns>
    (long Requesters, long Messages) Reset(DateTimeOffset forgetBefore);

    /// <summary>Puts an address or domain hash on a list, or takes it off both with <see cref="Verdict.None"/>.</summary>
    /// <returns>The verdict that was in force before.</returns>
    Verdict SetVerdict(byte[] subject, Verdict verdict);

    /// <summary>The verdict in force for the requester: its own, else the nearest of its domains'.</summary>
    Verdict VerdictOf(Requester requester);

    /// <summary>Requests charged to the requester since the last reset.</summary>
    long Used(Requester requester);

    StoreCounts Count();
}
