namespace MailResponder.Store;

/// <summary>The sizes of the lists and tables. Nothing else of their content may be shown.</summary>
/// <param name="Blocked">Addresses and domains blocked by the operator.</param>
/// <param name="BlockedByFeedback">Addresses blocked by bounces and complaints.</param>
/// <param name="Allowed">Addresses and domains on the allow list.</param>
/// <param name="Requesters">How many requesters have used how much of their quota, in the current window.</param>
/// <param name="Messages">Messages in the ledger.</param>
/// <param name="HostDays">Rows of daily figures of the hosts of a fleet.</param>
/// <param name="LastReset">When the last reset ran. Null before the first one.</param>
/// <param name="ClockJump">The <see cref="ResetResult.ClockJump"/> of the last reset.</param>
internal sealed record StoreCounts(
    long Blocked, long BlockedByFeedback, long Allowed, IReadOnlyList<(long Used, long Requesters)> Requesters,
    long Messages, long HostDays,
    DateTimeOffset? LastReset, TimeSpan ClockJump)
{
    /// <summary>Describes a clock jump for the operator.</summary>
    public static string InWords(TimeSpan jump) => $"by the clock it came {Math.Abs(jump.TotalDays):0.#} days "
        + $"{(jump < TimeSpan.Zero ? "before" : "after")} the previous reset";
}

/// <summary>The result of a reset of the quotas.</summary>
/// <param name="Requesters">The number of requesters charged in the window that ended.</param>
/// <param name="Messages">The number of messages deleted from the ledger.</param>
/// <param name="KeyIsNew">Whether this reset brought a new address key into force.</param>
/// <param name="ClockJump">
/// The time between the last reset and this one if it is more than two days, forward or back; else zero. If it is not
/// zero, the clock may be wrong, so this reset deleted nothing because of its age.
/// </param>
internal readonly record struct ResetResult(long Requesters, long Messages, bool KeyIsNew, TimeSpan ClockJump);

/// <summary>What a bounce or complaint about a reply changed for its recipient.</summary>
internal enum FeedbackResult
{
    Blocked,

    BlockedAlready,

    /// <summary>Not blocked: the address or its domain is on the allow list.</summary>
    Allowed,

    /// <summary>Not blocked: the operator removed the address from the lists after the bounce or complaint.</summary>
    RemovedSince,
}
