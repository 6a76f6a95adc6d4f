namespace MailResponder;

/// <summary>
/// What failed on our side. The filter defers the message for each of these; a command exits with the matching sysexits
/// code.
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

    /// <summary>A limit in the settings is reached.</summary>
    Limit,

    /// <summary>A look-up that would have authenticated the sender failed.</summary>
    Authentication,

    Input,
    Output,

    /// <summary>A backup is damaged or too large, or the file is not a backup.</summary>
    Backup,
    Metrics,
    Unexpected,
}
