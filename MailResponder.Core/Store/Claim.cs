using MailResponder.Settings;

namespace MailResponder.Store;

/// <summary>The store's decision whether a message may be answered.</summary>
internal enum ClaimResult
{
    /// <summary>The message may be answered. The quota was charged unless the requester has none.</summary>
    Granted,

    /// <summary>
    /// The message may be answered. An earlier delivery attempt claimed it, so the quota is not charged again.
    /// </summary>
    Retry,

    Blocked,
    OverQuota,

    /// <summary>
    /// The quota is used up, and this is the one message of the window that may be answered with an over-quota notice.
    /// A retry of this message has the same result.
    /// </summary>
    Notice,

    /// <summary>
    /// The requester has already received the answer that is given once per window. Nothing was charged or recorded.
    /// </summary>
    HadOnce,

    /// <summary>
    /// A limit of the domain or the service is reached. Nothing was charged or recorded; a retry may be granted.
    /// </summary>
    OverLimit,
}

/// <summary>The decision whether a message may be answered, and which of its replies are already done.</summary>
/// <param name="Result">The decision.</param>
/// <param name="Tries">
/// The number of delivery attempts that claimed the message, including this one. A record is refused if the ledger has
/// another number.
/// </param>
/// <param name="Entries">What earlier attempts did. Null on the first attempt.</param>
/// <param name="Limit">The limit that is reached; then everything written for the claim is rolled back.</param>
/// <param name="Place">The message's place in the ledger; the default value if the claim was not granted.</param>
internal readonly record struct Claim(
    ClaimResult Result, long Tries = 1, EntryStates? Entries = null, Limit? Limit = null, LedgerPlace Place = default);

/// <summary>The place of a message in the ledger. It is the same on all delivery attempts.</summary>
/// <param name="Key">
/// The message key under which it was claimed. It stays the same even if a new address key comes into force.
/// </param>
/// <param name="Volume">The volume in which it was claimed.</param>
internal readonly record struct LedgerPlace(byte[] Key, long Volume);

/// <summary>Conditions of a claim in addition to the quota.</summary>
[Flags]
internal enum ClaimTerms
{
    None = 0,

    /// <summary>Only one message of the requester in a quota window gets this answer.</summary>
    OncePerWindow = 1,

    /// <summary>Once per window, a requester whose quota is used up gets a notice.</summary>
    NoticeOverQuota = 2,
}
