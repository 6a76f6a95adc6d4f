using System.Net.Sockets;

namespace MailResponder.Tests.Faults;

/// <summary>
/// Stands between the responder and a MariaDB server: the first packets of each connection's answers are the server's
/// own, and then comes something else.
/// </summary>
internal sealed class CorruptServer : IDisposable
{
    const int HeaderBytes = 4;

    readonly Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    readonly string server;
    readonly int? packets;
    readonly Action<Stream, byte[]> then;

    /// <param name="socket">Where it listens.</param>
    /// <param name="server">The server's socket.</param>
    /// <param name="packets">How many packets of the server are handed on; null: all to the first row.</param>
    /// <param name="then">
    /// Writes what comes instead of the others, knowing the last; the connection ends with it.
    /// </param>
    public CorruptServer(string socket, string server, int? packets, Action<Stream, byte[]> then)
    {
        (this.server, this.packets, this.then) = (server, packets, then);
        listener.Bind(new UnixDomainSocketEndPoint(socket));
        listener.Listen(64);
        new Thread(Accept) { IsBackground = true }.Start();
    }

    public void Dispose() => listener.Dispose();

    void Accept()
    {
        try
        {
            while (true)
            {
                var client = listener.Accept();
                new Thread(() => Serve(client)) { IsBackground = true }.Start();
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    void Serve(Socket client)
    {
        using var real = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            real.Connect(new UnixDomainSocketEndPoint(server));
            using var toClient = new NetworkStream(client, ownsSocket: true);
            using var toServer = new NetworkStream(real);
            new Thread(() => Copy(toClient, toServer)) { IsBackground = true }.Start();
            byte[] packet = [];
            for (var i = 0; packets is null ? !IsRow(packet) : i < packets; i++) toClient.Write(
                packet = Packet(toServer));
            then(toClient, packet);
        }
        catch (Exception exception) when (exception is IOException or SocketException)
        {
            // The other side has had enough.
        }
    }

    static void Copy(NetworkStream from, NetworkStream to)
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
    /// Of a text result: it comes behind the columns, which begin with "def", and begins with a value's length.
    /// </summary>
    static bool IsRow(byte[] packet) => packet.Length > HeaderBytes + 1 && packet[3] >= 3
        && packet[HeaderBytes] is > 0 and < 0xfb && !packet.AsSpan(HeaderBytes + 1).StartsWith("def"u8);

    static byte[] Packet(NetworkStream from)
    {
        var packet = new byte[HeaderBytes];
        from.ReadExactly(packet);
        Array.Resize(ref packet, HeaderBytes + (packet[0] | (packet[1] << 8) | (packet[2] << 16)));
        from.ReadExactly(packet, HeaderBytes, packet.Length - HeaderBytes);
        return packet;
    }
}
