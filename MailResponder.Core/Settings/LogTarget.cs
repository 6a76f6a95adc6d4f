namespace MailResponder.Settings;

internal enum LogTarget
{
    Syslog,
    Stderr,
}
