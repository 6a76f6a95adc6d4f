namespace MailResponder.Tests.Feedback;

/// <summary>What goes wrong with a call to <see cref="SqsDouble"/>.</summary>
/// <param name="Status">
/// The status of the answer; 0 if the connection is cut; null if no answer comes; 200 if SQS refuses each entry of a
/// batch.
/// </param>
/// <param name="Code">The error code.</param>
/// <param name="IsDone">Whether the call takes effect all the same.</param>
internal sealed record SqsTrouble(int? Status, string Code = "", bool IsDone = false);
