using System.Text;
using MailResponder.Native;
using MailResponder.Settings;

namespace MailResponder.Logs;

/// <summary>
/// Writes to the datagram socket of the local syslog daemon in the form of RFC 3164. A line that cannot be written
/// within a second is lost: logging never keeps a message from being answered.
/// </summary>
internal sealed class SyslogSocket(string path, TimeProvider clock)
{
    private const string Ident = "mail_responder";

    public void Write(SyslogFacility facility, SyslogSeverity severity, string line)
    {
        var priority = ((int)facility * 8) + (int)severity;
        var now = clock.GetLocalNow();
        var text = $"<{priority}>{now:MMM} {now.Day,2} {now:HH:mm:ss} {Ident}[{Environment.ProcessId}]: {line}";
        // A failure cannot be reported anywhere else.
        Descriptors.Send(Encoding.UTF8.GetBytes(path), Encoding.UTF8.GetBytes(text));
    }
}

/// <summary>The severities of RFC 5424, section 6.2.1, that the responder uses.</summary>
internal enum SyslogSeverity
{
    Error = 3,
    Warning = 4,
    Info = 6,
}
