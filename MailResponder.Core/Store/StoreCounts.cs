using System.Globalization;

namespace MailResponder.Store;

/// <summary>Sizes of the lists and tables. Nothing else of them may be shown.</summary>
/// <param name="Blocked">By the operator.</param>
/// <param name="LastReset">Null before the first one.</param>
/// <param name="ClockJump">Of the last reset: <see cref="ResetResult.ClockJump"/>.</param>
internal sealed record StoreCounts(
    long Blocked, long BlockedByFeedback, long Allowed, IReadOnlyList<(long Used, long Requesters)> Requesters,
    long Messages,
    DateTimeOffset? LastReset, TimeSpan ClockJump)
{
    /// <summary>What a clock jump means, in the operator's words.</summary>
    public static string InWords(TimeSpan jump) => string.Create(CultureInfo.InvariantCulture,
        $"by the clock it came {Math.Abs(jump.TotalDays):0.#} days {(jump < TimeSpan.Zero ? "before" : "after")} the "
        + $"reset before it");
}
