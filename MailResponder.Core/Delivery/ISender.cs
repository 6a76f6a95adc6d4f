using MailResponder.Reply;

namespace MailResponder.Delivery;

/// <summary>A way out for replies.</summary>
internal interface ISender
{
    /// <summary>Hands the reply over. Failures are results; an exception is unexpected and counts as temporary.</summary>
    SendResult Send(OutgoingReply reply);
}
