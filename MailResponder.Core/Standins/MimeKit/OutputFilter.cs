using MailResponder.Reply;

namespace MimeKit;

/// <summary>Takes bytes and hands them on changed, until <see cref="Complete"/> says that no more come.</summary>
abstract class OutputFilter : WriteOnlyStream
{
    /// <summary>Hands on what was held back. Called once, innermost filter last.</summary>
    internal abstract void Complete();
}
