namespace MailResponder.Settings;

/// <summary>Whose words on bounces and complaints are believed.</summary>
/// <param name="Topic">The ARN of the topic of Amazon SNS; null: the command line names it.</param>
/// <param name="LeastSignatureVersion">The SignatureVersion that a notification has at least; 1 is SHA-1.</param>
internal sealed record FeedbackSettings(string? Topic, int LeastSignatureVersion);
