using System.Net.Sockets;
using System.Text;

namespace MailResponder.Tests.Program;

/// <summary>A syslog daemon's end of a private /dev/log. It keeps every datagram as received.</summary>
internal sealed class SyslogSocket : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly List<string> _lines = [];
    private readonly Thread _reader;
    private volatile bool _isClosed;

    public SyslogSocket(string path)
    {
        _socket.Bind(new UnixDomainSocketEndPoint(path));
        _socket.Blocking = false;
        File.SetUnixFileMode(path, (UnixFileMode)0x1B6); // 0666, like /dev/log
        // The kernel queues only ten datagrams; a hundred processes write more while a test waits for them.
        _reader = new Thread(ReadUntilClosed) { IsBackground = true };
        _reader.Start();
    }

    /// <summary>All lines written so far, oldest first. Those of a process that has ended are complete.</summary>
    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (_lines)
            {
                Drain();
                return [.. _lines];
            }
        }
    }

    /// <summary>The one-line reports on facility local0, without the JSON events on local1.</summary>
    public IReadOnlyList<string> Reports => [.. Lines.Where(line => FacilityOf(line) == 16)];

    /// <summary>The JSON events, in the form in which rsyslogd writes them to their file.</summary>
    public IReadOnlyList<string> Events =>
        [.. Lines.Where(line => FacilityOf(line) == 17)
            .Select(line => line[line.IndexOf('{', StringComparison.Ordinal)..].TrimEnd('\0', '\n'))];

    public void Dispose()
    {
        _isClosed = true;
        _reader.Join();
        _socket.Dispose();
    }

    private static int FacilityOf(string line) =>
        line.StartsWith('<') && int.TryParse(line[1..line.IndexOf('>', StringComparison.Ordinal)], out var priority)
            ? priority / 8
            : -1;

    private void ReadUntilClosed()
    {
        while (!_isClosed)
        {
            _socket.Poll(TimeSpan.FromMilliseconds(50), SelectMode.SelectRead);
            lock (_lines) Drain();
        }
    }

    private void Drain()
    {
        var buffer = new byte[65536];
        while (_socket.Poll(0, SelectMode.SelectRead))
            _lines.Add(Encoding.UTF8.GetString(buffer, 0, _socket.Receive(buffer)));
    }
}
