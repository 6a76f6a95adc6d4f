namespace MailResponder.Incoming;

/// <summary>What the mail system said of the message beside the message itself (RFC 5321, section 2.3.1).</summary>
/// <param name="Recipient">The requested address; null when not told.</param>
/// <param name="Sender">The envelope sender; empty for the null sender, null when not told.</param>
/// <param name="QueueId">Postfix's queue id; null when not told.</param>
internal sealed record Envelope(string? Recipient = null, string? Sender = null, string? QueueId = null);
