namespace MailResponder.Settings;

/// <summary>What becomes of a message over a limit.</summary>
internal enum WhenReached
{
    Defer,
    Drop,
}
