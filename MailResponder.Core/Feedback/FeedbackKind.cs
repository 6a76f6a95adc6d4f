namespace MailResponder.Feedback;

/// <summary>What a notification of Amazon SES says of a reply.</summary>
internal enum FeedbackKind
{
    /// <summary>It will never be accepted (bounceType Permanent).</summary>
    HardBounce,

    /// <summary>Whoever got it called it spam or abuse.</summary>
    Complaint,

    /// <summary>
    /// It was not accepted this time, or nobody knows why (bounceType Transient, Undetermined). Answers of absent
    /// people are among these: SES takes an automatic answer to a reply for a bounce.
    /// </summary>
    SoftBounce,

    /// <summary>Anything else: deliveries, "not spam", delays, opened mails, and what SES may think of later.</summary>
    Other,
}
