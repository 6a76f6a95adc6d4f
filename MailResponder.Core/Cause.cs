namespace MailResponder;

/// <summary>
/// What failed on our side. As the filter each defers the message; a command exits with its sysexits code.
/// </summary>
internal enum Cause
{
    Usage,
    Settings,
    KeyFile,
    ResponseBook,
    Attachment,
    S3,
    Database,
    DkimKey,
    Send,
    Deadline,
    InProgress,

    /// <summary>The settings allow no more answers now.</summary>
    Limit,

    /// <summary>A look-up failed that would authenticate the sender.</summary>
    Authentication,

    Input,
    Output,

    /// <summary>A backup is damaged, or none.</summary>
    Backup,
    Metrics,
    Unexpected,
}
