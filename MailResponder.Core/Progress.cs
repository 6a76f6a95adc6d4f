using MailResponder.Logs;

namespace MailResponder;

/// <summary>How far one message has come, for the report when the deadline passes meanwhile.</summary>
internal sealed class Progress
{
    /// <summary>Postfix's name for the message; "-" as long as it is not known.</summary>
    public string QueueId { get; set; } = "-";

    /// <summary>As <see cref="Outcome.Address"/>.</summary>
    public string Address { get; set; } = Outcome.UnknownAddress;

    /// <summary>Whether the message is a probe of `responder doctor`; null as long as that is not known.</summary>
    public bool? IsProbe { get; set; }

    /// <summary>Whose answer the message waits for. Null: nobody's.</summary>
    public Asked? Asked { get; set; }
}

/// <summary>A server on which the message waits.</summary>
/// <param name="Cause">Why the message is deferred if no answer comes.</param>
/// <param name="Whom">In the operator's words, like "database db.example.com".</param>
internal sealed record Asked(Cause Cause, string Whom);
