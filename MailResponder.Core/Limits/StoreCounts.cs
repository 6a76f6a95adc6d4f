namespace MailResponder.Limits;

/// <summary>Sizes of the lists and tables; all that may be shown of them.</summary>
/// <param name="Blocked">By the operator.</param>
/// <param name="LastReset">Null before the first one.</param>
internal sealed record StoreCounts(
    long Blocked, long BlockedByFeedback, long Allowed, IReadOnlyList<(long Used, long Requesters)> Requesters, long Messages, DateTimeOffset? LastReset);
