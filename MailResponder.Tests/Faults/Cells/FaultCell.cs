namespace MailResponder.Tests.Faults;

/// <summary>
/// One cell of the matrix: a part of the responder's environment, and what is wrong with it. The message is deferred
/// until the part works again or, if <see cref="Reason"/> is null, answered despite the fault.
/// </summary>
internal sealed record FaultCell(string Part, string Fault)
{
    /// <summary>
    /// Runs before the fault, while everything works. By then one request has been answered, unless it is a first
    /// start.
    /// </summary>
    public Action<FaultHost> Prepare { get; init; } = _ => { };

    public required Action<FaultHost> Harm { get; init; }

    public Action<FaultHost> Mend { get; init; } = host => host.Mend();

    /// <summary>
    /// The reason in the log line of a deferred message. Null if the message is not deferred or nothing is logged.
    /// </summary>
    public string? Reason { get; init; }

    /// <summary>The log line's words about the part and the remedy.</summary>
    public string Problem { get; init; } = "";

    /// <summary>
    /// The number of replies sent while the fault lasts. Null if any number is possible, for a process that dies at an
    /// unknown point.
    /// </summary>
    public int? RepliesMeanwhile { get; init; } = 0;

    /// <summary>Whether the process dies, perhaps before it could log anything. The message is deferred.</summary>
    public bool IsSilent { get; init; }

    /// <summary>Whether the message is answered at once, but nothing receives the log line.</summary>
    public bool IsAnsweredSilently { get; init; }

    /// <summary>Whether the host has no key and no database yet.</summary>
    public bool IsFirstStart { get; init; }

    /// <summary>
    /// The number of replies that may be sent twice, because the process died or the connection was cut between sending
    /// and recording.
    /// </summary>
    public int MaxDoubles { get; init; }

    public string Name => $"{Part} {Fault}".Replace(' ', '-').ToLowerInvariant();
}
