namespace MailResponder.Settings;

/// <summary>Facility numbers of RFC 5424, section 6.2.1, that a mail program may use.</summary>
internal enum SyslogFacility
{
    Mail = 2,
    Local0 = 16,
    Local1,
    Local2,
    Local3,
    Local4,
    Local5,
    Local6,
    Local7,
}
