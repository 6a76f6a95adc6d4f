using MailResponder.Incoming.Authentication;
using MimeKit;

namespace MailResponder.Incoming;

/// <summary>A message that may be answered: who sent it, and what the reply repeats of it.</summary>
/// <param name="From">The requester: the one mailbox in From. Replies go there and nowhere else.</param>
internal sealed record Request(MailboxAddress From, string Subject, string? MessageId, IReadOnlyList<string> References)
{
    /// <summary>How much is proven about the requester.</summary>
    public AuthenticationVerdict Authentication { get; init; }
}
