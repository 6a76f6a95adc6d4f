using MailResponder.Logs;

namespace MailResponder;

/// <summary>
/// How far the work on one message has come, for the report. If the deadline passes, another thread reads it.
/// </summary>
internal sealed class Progress
{
    /// <summary>Postfix's queue id of the message; "-" while it is unknown.</summary>
    public string QueueId { get; set; } = "-";

    /// <summary>The same as <see cref="Outcome.Address"/>.</summary>
    public string Address { get; set; } = Outcome.UnknownAddress;

    /// <summary>
    /// The same as <see cref="Outcome.Receipts"/>. Replaced for each reply and never changed in place, because of the
    /// other thread.
    /// </summary>
    public string[] Receipts { get; set; } = [];

    /// <summary>Whether the message is a probe of `responder doctor`; null while that is unknown.</summary>
    public bool? IsProbe { get; set; }

    /// <summary>The server that the message is waiting for; null if there is none.</summary>
    public Asked? Asked { get; set; }
}

/// <summary>A server that a message is waiting for.</summary>
/// <param name="Cause">Why the message is deferred if the server does not answer.</param>
/// <param name="Whom">The server in the operator's words, like "database db.example.com".</param>
internal sealed record Asked(Cause Cause, string Whom);
