namespace MailResponder.Limits;

/// <summary>What the store says of a message that wants to be answered.</summary>
internal enum ClaimResult
{
    /// <summary>This message may be answered; a quota was charged unless the requester has none.</summary>
    Granted,

    /// <summary>An earlier try claimed it; nothing was charged again.</summary>
    Retry,

    Blocked,
    OverQuota,

    /// <summary>A limit beyond the requester's is reached; nothing was charged or recorded, and it may be granted later.</summary>
    OverLimit,
}

/// <summary>A message's right to be answered, and what of the answer is already done.</summary>
/// <param name="Sent">Entries that were sent: bit n for the n-th entry of the requested address.</param>
/// <param name="GivenUp">Entries that were refused for good.</param>
/// <param name="Limit">The limit that is reached.</param>
internal readonly record struct Claim(ClaimResult Result, long Sent = 0, long GivenUp = 0, Limit? Limit = null)
{
    /// <summary>Entries of one address that the ledger can tell apart.</summary>
    public const int MaxEntries = 60;

    public bool IsDone(int entry) => ((Sent | GivenUp) & (1L << entry)) != 0;
}
