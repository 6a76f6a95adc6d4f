using System.Net.Sockets;

namespace MailResponder.Tests.Store;

/// <summary>
/// A proxy between the responder and a server's socket. The first connection has a fault at a given byte; all others
/// work.
/// </summary>
internal sealed class FaultyProxy : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly string _server;
    private readonly ConnectionFault? _fault;
    private int _connections;
    private int _toClient, _toServer;

    public FaultyProxy(string server, ConnectionFault? fault)
    {
        (_server, _fault) = (server, fault);
        _listener.Bind(new UnixDomainSocketEndPoint(Socket));
        _listener.Listen(64);
        new Thread(Accept) { IsBackground = true }.Start();
    }

    public string Socket => _folder.PathTo("proxy.sock");

    public int Connections => _connections;

    /// <summary>How many bytes of the first connection went to the client, and to the server.</summary>
    public (int ToClient, int ToServer) Bytes => (_toClient, _toServer);

    public void Dispose()
    {
        _listener.Dispose();
        _folder.Dispose();
    }

    private void Accept()
    {
        try
        {
            while (true)
            {
                var client = _listener.Accept();
                var real = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                real.Connect(new UnixDomainSocketEndPoint(_server));
                var isFirst = Interlocked.Increment(ref _connections) == 1;
                new Thread(() => Copy(real, client, isFirst, ref _toClient,
                    _fault is { IsToServer: false } ? _fault : null))
                { IsBackground = true }.Start();
                new Thread(() => Copy(client, real, isFirst, ref _toServer,
                    _fault is { IsToServer: true } ? _fault : null))
                { IsBackground = true }.Start();
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The proxy was disposed, or the server is down.
        }
    }

    private static void Copy(Socket from, Socket to, bool isFirst, ref int count, ConnectionFault? fault)
    {
        var buffer = new byte[4096];
        var swallows = false;
        try
        {
            while (from.Receive(buffer) is var read and > 0)
            {
                var whole = read;
                if (isFirst && fault is not null && !swallows && count + read > fault.AtByte)
                {
                    whole = fault.AtByte - count;
                    to.Send(buffer.AsSpan(0, whole));
                    if (fault.Kind == ConnectionFault.Cut)
                        break;
                    if (fault.Kind == ConnectionFault.Delayed)
                        Thread.Sleep(TimeSpan.FromMilliseconds(300));
                    swallows = fault.Kind == ConnectionFault.Swallowed;
                    to.Send(swallows ? [] : buffer.AsSpan(whole, read - whole));
                    fault = swallows ? fault : null;
                }
                else if (!swallows)
                {
                    to.Send(buffer.AsSpan(0, read));
                }

                if (isFirst) count += read;
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // One of the two sides has closed its connection.
        }

        from.Dispose();
        to.Dispose();
    }
}
