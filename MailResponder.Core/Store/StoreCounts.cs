namespace MailResponder.Store;

/// <summary>Sizes of the lists and tables. Nothing else of them may be shown.</summary>
/// <param name="Blocked">By the operator.</param>
/// <param name="HostDays">Days that hosts of a fleet have figures of.</param>
/// <param name="LastReset">Null before the first one.</param>
/// <param name="ClockJump">Of the last reset: <see cref="ResetResult.ClockJump"/>.</param>
internal sealed record StoreCounts(
    long Blocked, long BlockedByFeedback, long Allowed, IReadOnlyList<(long Used, long Requesters)> Requesters,
    long Messages, long HostDays,
    DateTimeOffset? LastReset, TimeSpan ClockJump)
{
    /// <summary>What a clock jump means, in the operator's words.</summary>
    public static string InWords(TimeSpan jump) => $"by the clock it came {Math.Abs(jump.TotalDays):0.#} days "
        + $"{(jump < TimeSpan.Zero ? "before" : "after")} the reset before it";
}

/// <summary>What a reset of the quotas did.</summary>
/// <param name="Requesters">How many had a quota in the window that ended.</param>
/// <param name="Messages">How many were forgotten.</param>
/// <param name="KeyIsNew">Whether another address key is in force now.</param>
/// <param name="ClockJump">
/// Time since the last reset when it is two days and more, or negative; zero when it is usual. With another value
/// nothing was forgotten. </param>
internal readonly record struct ResetResult(long Requesters, long Messages, bool KeyIsNew, TimeSpan ClockJump);

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
