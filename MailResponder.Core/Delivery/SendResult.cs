namespace MailResponder.Delivery;

internal enum SendStatus
{
    Sent,

    /// <summary>Try again later.</summary>
    Temporary,

    /// <summary>This reply will never be accepted.</summary>
    Refused,
}

/// <summary>What became of a reply.</summary>
/// <param name="Detail">The receipt under which it is found again, or the problem; never an address.</param>
/// <param name="Cause">What failed, unless it was sent.</param>
internal readonly record struct SendResult(SendStatus Status, string Detail, Cause Cause = Cause.Send)
{
    public static SendResult Sent(string receipt) => new(SendStatus.Sent, receipt);

    public static SendResult Temporary(string problem, Cause cause = Cause.Send) => new(SendStatus.Temporary, problem, cause);

    public static SendResult Refused(string problem) => new(SendStatus.Refused, problem);
}
