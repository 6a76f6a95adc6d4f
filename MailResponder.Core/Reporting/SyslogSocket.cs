using System.Globalization;
using System.Net.Sockets;
using System.Text;
using MailResponder.Settings;

namespace MailResponder.Reporting;

/// <summary>
/// Writes to the local syslog daemon's datagram socket in the form of RFC 3164. Logging never keeps a message from
/// being answered: a line that cannot be written at once, or within a second, is lost.
/// </summary>
internal sealed class SyslogSocket(string path, TimeProvider clock)
{
    private const string Ident = "mail_responder";

    public void Write(SyslogFacility facility, SyslogSeverity severity, string line)
    {
        var priority = ((int)facility * 8) + (int)severity;
        var text = string.Create(CultureInfo.InvariantCulture,
            $"<{priority}>{clock.GetLocalNow():MMM} {clock.GetLocalNow().Day,2} {clock.GetLocalNow():HH:mm:ss} {Ident}[{Environment.ProcessId}]: {line}");
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { SendTimeout = 1000 };
            socket.SendTo(Encoding.UTF8.GetBytes(text), new UnixDomainSocketEndPoint(path));
        }
        catch (Exception exception) when (exception is SocketException or ArgumentException)
        {
            // There is nobody left to tell.
        }
    }
}
