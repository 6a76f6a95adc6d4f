namespace MailResponder.Incoming;

/// <summary>What of an entry a request may have, going by who it is proven to be from.</summary>
internal enum Permission
{
    Nothing,

    /// <summary>The entry's text, and not its attachments.</summary>
    WithoutAttachments,

    /// <summary>The whole entry.</summary>
    Whole,

    /// <summary>More than now, if a look-up had not failed.</summary>
    Later,
}
