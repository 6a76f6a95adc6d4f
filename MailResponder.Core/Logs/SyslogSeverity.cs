namespace MailResponder.Logs;

/// <summary>RFC 5424, section 6.2.1.</summary>
internal enum SyslogSeverity
{
    Error = 3,
    Warning = 4,
    Info = 6,
}
