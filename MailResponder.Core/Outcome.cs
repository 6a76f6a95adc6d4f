using MailResponder.Incoming;
using MailResponder.Logs;

namespace MailResponder;

/// <summary>The kinds of outcome. The log has these names in lower case.</summary>
internal enum Result
{
    Replied,
    Skipped,

    /// <summary>The message cannot be answered now, for a reason on our side. The mail system retries it.</summary>
    Deferred,

    /// <summary>Nothing could be sent, and a retry would not help.</summary>
    Failed,

    /// <summary>A probe of `responder doctor`, whatever its result. It is not counted anywhere.</summary>
    Probe,

    /// <summary>
    /// An answered request of `responder canary`. It is not counted anywhere: two dozen requests a day would lift an
    /// address above the threshold of the statistics, which protects requesters.
    /// </summary>
    Canary,
}

/// <summary>What became of one message. Contains no data about the requester.</summary>
internal sealed record Outcome(Result Result)
{
    public const string UnknownAddress = "unknown";

    /// <summary>
    /// The skip reason or cause, with hyphens. Null for a successful probe and for a reply, unless the reply answered
    /// an address that the book does not contain.
    /// </summary>
    public string? Reason { get; init; }

    /// <summary>
    /// The requested address if the response book contains it, and so makes it public; otherwise "unknown".
    /// </summary>
    public string Address { get; init; } = UnknownAddress;

    /// <summary>Postfix's queue id of the message; "-" if it is unknown.</summary>
    public string QueueId { get; init; } = "-";

    /// <summary>The receipt of each sent reply, in order. A reply can be traced by its receipt.</summary>
    public IReadOnlyList<string> Receipts { get; init; } = [];

    /// <summary>What went wrong, in words for the operator; null if nothing did.</summary>
    public string? Problem { get; init; }

    /// <summary>
    /// A line for the operator about more than this one message, logged with priority err; null if there is none.
    /// </summary>
    public string? Alarm { get; init; }

    /// <summary>Why the message is deferred; null if it is not.</summary>
    public Cause? Cause { get; init; }

    public static Outcome Skipped(SkipReason reason) => new(Result.Skipped) { Reason = reason.Hyphenated() };

    public static Outcome Deferred(Cause cause, string problem) =>
        new(Result.Deferred) { Cause = cause, Reason = cause.Hyphenated(), Problem = problem };
}
