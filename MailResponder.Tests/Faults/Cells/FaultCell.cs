namespace MailResponder.Tests.Faults;

/// <summary>
/// One cell of the matrix: a part of the responder's world and what is wrong with it. The message is deferred until the
/// part is back, or, where <see cref="Reason"/> is null, answered all the same.
/// </summary>
internal sealed record FaultCell(string Part, string Fault)
{
    /// <summary>
    /// Before the fault, with everything in order; one request has been answered by then, unless it is a first start.
    /// </summary>
    public Action<FaultHost> Prepare { get; init; } = _ => { };

    public required Action<FaultHost> Harm { get; init; }

    public Action<FaultHost> Mend { get; init; } = host => host.Mend();

    /// <summary>The reason in the log line of a deferred message.</summary>
    public string? Reason { get; init; }

    /// <summary>What the log line says of the part and of what to do.</summary>
    public string Problem { get; init; } = "";

    /// <summary>
    /// How many replies are out while the fault lasts; null: any number, for a process that dies somewhere.
    /// </summary>
    public int? RepliesMeanwhile { get; init; } = 0;

    /// <summary>The process dies, perhaps before it could say anything; the message is deferred.</summary>
    public bool IsSilent { get; init; }

    /// <summary>It is answered at once, and nobody is there to hear the line.</summary>
    public bool IsAnsweredSilently { get; init; }

    /// <summary>The host has neither key nor database yet.</summary>
    public bool IsFirstStart { get; init; }

    /// <summary>
    /// How many replies may come twice: the process died, or the line was cut, between sending and recording.
    /// </summary>
    public int MaxDoubles { get; init; }

    public string Name => $"{Part} {Fault}".Replace(' ', '-').ToLowerInvariant();
}
