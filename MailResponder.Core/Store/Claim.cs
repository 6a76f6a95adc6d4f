using MailResponder.Settings;

namespace MailResponder.Store;

/// <summary>What the store says of a message that wants to be answered.</summary>
internal enum ClaimResult
{
    /// <summary>This message may be answered; a quota was charged unless the requester has none.</summary>
    Granted,

    /// <summary>An earlier try claimed it; nothing was charged again.</summary>
    Retry,

    Blocked,
    OverQuota,

    /// <summary>
    /// The quota is used up, and this message is the one of the window that may be answered with a notice of that. A
    /// retry of it has this result, too.
    /// </summary>
    Notice,

    /// <summary>The requester had in this window what he may have once; nothing was charged or recorded.</summary>
    HadOnce,

    /// <summary>
    /// A limit beyond the requester's is reached; nothing was charged or recorded, and it may be granted later.
    /// </summary>
    OverLimit,
}

/// <summary>A message's right to be answered, and what of the answer is already done.</summary>
/// <param name="Tries">How often it was claimed, this time included. A record for the message must name this
/// number.</param>
/// <param name="Entries">What earlier tries did; null at the first try.</param>
/// <param name="Limit">The limit that is reached; then all that was written for the claim is undone.</param>
/// <param name="Place">Where the ledger has the message; nowhere when it was not granted.</param>
internal readonly record struct Claim(
    ClaimResult Result, long Tries = 1, EntryStates? Entries = null, Limit? Limit = null, LedgerPlace Place = default);

/// <summary>Where the ledger has a message, from its first try to its last.</summary>
/// <param name="Key">
/// Its name there: the same at each try, also when a new address key comes into force in between.
/// </param>
/// <param name="Volume">The volume that it was claimed in.</param>
internal readonly record struct LedgerPlace(byte[] Key, long Volume);

/// <summary>What a claim asks for besides the quota.</summary>
[Flags]
internal enum ClaimTerms
{
    None = 0,

    /// <summary>The answer is for one message of the requester in a quota window.</summary>
    OncePerWindow = 1,

    /// <summary>Once in a window, somebody whose quota is used up is told so.</summary>
    NoticeOverQuota = 2,
}
