using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using MailResponder.Settings;

namespace MailResponder.Reporting;

/// <summary>
/// Writes to the local syslog daemon's datagram socket in the form of RFC 3164. Logging never keeps a message from
/// being answered: a line that cannot be written at once, or within a second, is lost.
/// </summary>
/// <remarks>By the C library's functions: .NET's sockets start a thread that waits for events.</remarks>
internal sealed unsafe partial class SyslogSocket(string path, TimeProvider clock)
{
    private const string Ident = "mail_responder";

    // unix(7), socket(7)
    private const int UnixFamily = 1, Datagram = 2, CloseOnExec = 0x80000, SocketLevel = 1, SendTimeout = 21, NoSignal = 0x4000;
    private const int MaxPathBytes = 107;

    public void Write(SyslogFacility facility, SyslogSeverity severity, string line)
    {
        var priority = ((int)facility * 8) + (int)severity;
        var now = clock.GetLocalNow();
        var text = string.Create(CultureInfo.InvariantCulture,
            $"<{priority}>{now:MMM} {now.Day,2} {now:HH:mm:ss} {Ident}[{Environment.ProcessId}]: {line}");
        var socket = Socket(UnixFamily, Datagram | CloseOnExec, 0);
        if (socket < 0)
            return;
        // Whatever goes wrong, there is nobody left to tell.
        Send(socket, Encoding.UTF8.GetBytes(text));
        _ = Close(socket);
    }

    private void Send(int socket, byte[] text)
    {
        Span<byte> address = stackalloc byte[sizeof(ushort) + MaxPathBytes + 1];
        address.Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(address, UnixFamily);
        if (!Encoding.UTF8.TryGetBytes(path, address[sizeof(ushort)..^1], out _))
            return;
        var second = stackalloc long[] { 1, 0 };
        _ = SetOption(socket, SocketLevel, SendTimeout, second, 2 * sizeof(long));
        fixed (byte* bytes = text, to = address)
            _ = SendTo(socket, bytes, (nuint)text.Length, NoSignal, to, (uint)address.Length);
    }

    [LibraryImport("libc.so.6", EntryPoint = "socket")]
    private static partial int Socket(int family, int type, int protocol);

    [LibraryImport("libc.so.6", EntryPoint = "setsockopt")]
    private static partial int SetOption(int socket, int level, int option, void* value, uint bytes);

    [LibraryImport("libc.so.6", EntryPoint = "sendto")]
    private static partial nint SendTo(int socket, byte* text, nuint bytes, int flags, byte* address, uint addressBytes);

    [LibraryImport("libc.so.6", EntryPoint = "close")]
    private static partial int Close(int file);
}
