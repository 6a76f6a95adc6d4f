using MailResponder.Store;

namespace MailResponder.Delivery;

internal enum SendStatus
{
    Sent,

    /// <summary>The reply was not sent; a retry may succeed.</summary>
    Temporary,

    /// <summary>It is unknown whether the reply was sent. A retry may send it twice, so there are only a few.</summary>
    Unknown,

    /// <summary>The reply will never be accepted.</summary>
    Refused,

    /// <summary>
    /// The reply may be accepted without its attachments: they are too large, or of a type that is not accepted.
    /// </summary>
    AttachmentsRefused,
}

/// <summary>What became of a reply.</summary>
/// <param name="Detail">The receipt by which the reply can be traced, or the problem; never an address.</param>
/// <param name="Cause">What failed, unless the reply was sent.</param>
/// <param name="Remark">What the operator should know although the reply was sent; never an address.</param>
internal readonly record struct SendResult(
    SendStatus Status, string Detail, Cause Cause = Cause.Send, string? Remark = null)
{
    public static SendResult Sent(string receipt) => new(SendStatus.Sent, receipt);

    public static SendResult Temporary(string problem, Cause cause = Cause.Send) =>
        new(SendStatus.Temporary, problem, cause);

    public static SendResult Unknown(string problem) =>
        new(SendStatus.Unknown, problem + "; it is unknown whether the reply was sent, so it may be sent twice");

    public static SendResult Refused(string problem) => new(SendStatus.Refused, problem);

    /// <summary>The reply is not sent now: it was handed over too often, and its outcome is still unknown.</summary>
    public static SendResult TooManyCopies() => Temporary(
        $"was handed over {EntryStates.MaxCopies} times, and its outcome is still unknown; it is tried again tomorrow");

    public static SendResult AttachmentsRefused(string problem) => new(SendStatus.AttachmentsRefused, problem);
}
