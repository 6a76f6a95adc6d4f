namespace MailResponder.Tests.Feedback;

/// <summary>A message in <see cref="SqsDouble"/>.</summary>
internal sealed record SqsMessage(string Id, string Body)
{
    /// <summary>How often it was received.</summary>
    public int Receives { get; set; }
}
