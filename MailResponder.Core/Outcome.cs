using MailResponder.Incoming;
using MailResponder.Logs;

namespace MailResponder;

internal enum Result
{
    Replied,
    Skipped,

    /// <summary>Ours to mend: the mail system brings the message again.</summary>
    Deferred,

    /// <summary>Nothing could be sent, and trying again would not help.</summary>
    Failed,

    /// <summary>A probe of `responder doctor`, however it ended: it counts nowhere.</summary>
    Probe,

    /// <summary>
    /// A request of `responder canary` that was answered. It counts nowhere: two dozen a day would lift an address
    /// above the threshold that hides who asked.
    /// </summary>
    Canary,
}

/// <summary>What became of one message. Holds nothing of the requester.</summary>
internal sealed record Outcome(Result Result)
{
    public const string UnknownAddress = "unknown";

    /// <summary>
    /// The skip reason or cause, with hyphens; null for a probe that went well, and for a reply, unless it went to
    /// somebody who asked an address that the book does not know.
    /// </summary>
    public string? Reason { get; init; }

    /// <summary>The requested address where the response book knows it: then it is public. Else "unknown".</summary>
    public string Address { get; init; } = UnknownAddress;

    public string QueueId { get; init; } = "-";

    /// <summary>Where each reply went, in order.</summary>
    public IReadOnlyList<string> Receipts { get; init; } = [];

    /// <summary>What went wrong, in words for the operator.</summary>
    public string? Problem { get; init; }

    /// <summary>
    /// What the operator has to hear once, whatever becomes of other messages of the kind; else null.
    /// </summary>
    public string? Alarm { get; init; }

    /// <summary>What made the message be deferred.</summary>
    public Cause? Cause { get; init; }

    public static Outcome Skipped(SkipReason reason) => new(Result.Skipped) { Reason = reason.Hyphenated() };

    public static Outcome Deferred(Cause cause, string problem) =>
        new(Result.Deferred) { Cause = cause, Reason = cause.Hyphenated(), Problem = problem };
}
