using System.Net.Sockets;
using System.Text;

namespace MailResponder.Tests.Program;

/// <summary>A syslog daemon's end of a private /dev/log: keeps every datagram as it came.</summary>
internal sealed class SyslogSocket : IDisposable
{
    readonly Socket socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    readonly List<string> lines = [];
    readonly Thread reader;
    volatile bool isClosed;

    public SyslogSocket(string path)
    {
        socket.Bind(new UnixDomainSocketEndPoint(path));
        socket.Blocking = false;
        File.SetUnixFileMode(path, (UnixFileMode)0x1B6); // 0666, as /dev/log
        // The kernel holds ten datagrams; a hundred processes write more while a test waits for them.
        reader = new Thread(ReadUntilClosed) { IsBackground = true };
        reader.Start();
    }

    /// <summary>
    /// All that has been written so far, oldest first; a process that ended has nothing left on the way.
    /// </summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (lines)
            {
                Drain();
                return [.. lines];
            }
        }
    }

    /// <summary>The one-line reports on facility local0, without the JSON events on local1.</summary>
    public IReadOnlyList<string> Reports => [.. Lines.Where(line => FacilityOf(line) == 16)];

    /// <summary>The JSON events, as rsyslogd puts them into their file.</summary>
    public IReadOnlyList<string> Events =>
        [.. Lines.Where(line => FacilityOf(line) == 17)
            .Select(line => line[line.IndexOf('{', StringComparison.Ordinal)..].TrimEnd('\0', '\n'))];

    public void Dispose()
    {
        isClosed = true;
        reader.Join();
        socket.Dispose();
    }

    static int FacilityOf(string line) =>
        line.StartsWith('<') && int.TryParse(line[1..line.IndexOf('>', StringComparison.Ordinal)], out var priority)
            ? priority / 8
            : -1;

    void ReadUntilClosed()
    {
        while (!isClosed)
        {
            socket.Poll(TimeSpan.FromMilliseconds(50), SelectMode.SelectRead);
            lock (lines) Drain();
        }
    }

    void Drain()
    {
        var buffer = new byte[65536];
        while (socket.Poll(0, SelectMode.SelectRead))
            lines.Add(Encoding.UTF8.GetString(buffer, 0, socket.Receive(buffer)));
    }
}
