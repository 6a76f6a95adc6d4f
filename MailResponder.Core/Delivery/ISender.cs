using MailResponder.Reply;

namespace MailResponder.Delivery;

/// <summary>Sends replies in one of several ways.</summary>
internal interface ISender
{
    /// <summary>
    /// Whether this sender puts its own Date and Message-ID into each reply; then they must not be signed.
    /// </summary>
    bool ReplacesDateAndMessageId => false;

    /// <summary>
    /// Hands the reply over. Failures are results. An exception is unexpected and counts as temporary.
    /// </summary>
    SendResult Send(OutgoingReply reply);
}
