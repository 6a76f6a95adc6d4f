using System.Net.Sockets;

namespace MailResponder.Tests.Faults;

/// <summary>
/// A proxy between the responder and a MariaDB server. On each connection it forwards the server's first packets, and
/// then sends something else.
/// </summary>
internal sealed class CorruptServer : IDisposable
{
    private const int HeaderBytes = 4;

    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly string _server;
    private readonly int? _packets;
    private readonly Action<Stream, byte[]> _then;

    /// <param name="socket">The socket on which it listens.</param>
    /// <param name="server">The server's socket.</param>
    /// <param name="packets">How many packets of the server it forwards; null for all up to the first row.</param>
    /// <param name="then">
    /// Writes the replacement for the remaining packets, given the last packet; the connection ends after it.
    /// </param>
    public CorruptServer(string socket, string server, int? packets, Action<Stream, byte[]> then)
    {
        (_server, _packets, _then) = (server, packets, then);
        _listener.Bind(new UnixDomainSocketEndPoint(socket));
        _listener.Listen(64);
        new Thread(Accept) { IsBackground = true }.Start();
    }

    public void Dispose() => _listener.Dispose();

    private void Accept()
    {
        try
        {
            while (true)
            {
                var client = _listener.Accept();
                new Thread(() => Serve(client)) { IsBackground = true }.Start();
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The listener was disposed.
        }
    }

    private void Serve(Socket client)
    {
        using var real = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            real.Connect(new UnixDomainSocketEndPoint(_server));
            using var toClient = new NetworkStream(client, ownsSocket: true);
            using var toServer = new NetworkStream(real);
            new Thread(() => Copy(toClient, toServer)) { IsBackground = true }.Start();
            byte[] packet = [];
            for (var i = 0; _packets is null ? !IsRow(packet) : i < _packets; i++) toClient.Write(
                packet = Packet(toServer));
            _then(toClient, packet);
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            // The other side closed the connection.
        }
    }

    private static void Copy(NetworkStream from, NetworkStream to)
    {
        try
        {
            from.CopyTo(to);
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // The connection has ended.
        }
    }

    /// <summary>
    /// Whether a packet is a row of a text result. Rows follow the columns, which begin with "def", and begin with the
    /// length of a value.
    /// </summary>
    private static bool IsRow(byte[] packet) => packet.Length > HeaderBytes + 1 && packet[3] >= 3
        && packet[HeaderBytes] is > 0 and < 0xfb && !packet.AsSpan(HeaderBytes + 1).StartsWith("def"u8);

    private static byte[] Packet(NetworkStream from)
    {
        var packet = new byte[HeaderBytes];
        from.ReadExactly(packet);
        Array.Resize(ref packet, HeaderBytes + (packet[0] | (packet[1] << 8) | (packet[2] << 16)));
        from.ReadExactly(packet, HeaderBytes, packet.Length - HeaderBytes);
        return packet;
    }
}
