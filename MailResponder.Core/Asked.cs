namespace MailResponder;

/// <summary>A server on which the message waits.</summary>
/// <param name="Cause">Why the message is deferred if no answer comes.</param>
/// <param name="Whom">In the operator's words, like "database db.example.com".</param>
internal sealed record Asked(Cause Cause, string Whom);
