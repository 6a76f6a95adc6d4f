using MailResponder.Reply;

namespace MailResponder.Delivery;

/// <summary>A way out for replies.</summary>
internal interface ISender
{
    /// <summary>Whether it puts its own Date and Message-ID into each reply: then they must not be signed.</summary>
    bool ReplacesDateAndMessageId => false;

    /// <summary>
    /// Hands the reply over. Failures are results; an exception is unexpected and counts as temporary.
    /// </summary>
    SendResult Send(OutgoingReply reply);
}
