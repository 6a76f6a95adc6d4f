namespace MailResponder.Store;

/// <summary>What feedback on a reply changed for the one who got it.</summary>
internal enum FeedbackResult
{
    Blocked,

    BlockedAlready,

    /// <summary>The operator allows the address or its domain.</summary>
    Allowed,

    /// <summary>The operator took the address off the lists after it happened.</summary>
    RemovedSince,
}
