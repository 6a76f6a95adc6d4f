namespace MailResponder.Incoming;

/// <summary>
/// What the mail system states about a message in addition to the message itself (RFC 5321, section 2.3.1).
/// </summary>
/// <param name="Recipient">The requested address; null if not given.</param>
/// <param name="Sender">The envelope sender: empty for the null sender, null if not given.</param>
/// <param name="QueueId">Postfix's queue id; null if not given.</param>
internal sealed record Envelope(string? Recipient = null, string? Sender = null, string? QueueId = null);
