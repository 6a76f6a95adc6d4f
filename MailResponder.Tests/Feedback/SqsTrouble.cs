namespace MailResponder.Tests.Feedback;

/// <summary>What goes wrong with a call of <see cref="SqsDouble"/>.</summary>
/// <param name="Status">Of the answer; 0: the connection is cut; null: no answer comes.</param>
/// <param name="Code">Of the error.</param>
/// <param name="IsDone">Whether what was asked is done all the same.</param>
internal sealed record SqsTrouble(int? Status, string Code = "", bool IsDone = false);
