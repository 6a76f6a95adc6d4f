namespace MailResponder;

/// <summary>What failed on our side. As the filter each defers the message; a command exits with its sysexits code.</summary>
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
    Input,
    Output,
    Metrics,
    Unexpected,
}
