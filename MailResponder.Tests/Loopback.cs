using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace MailResponder.Tests;

/// <summary>Ports of this host for servers that the tests start.</summary>
internal static class Loopback
{
    private const int LowestPort = 10_000;
    private const int HighestPort = 32_767;

    /// <summary>What keeps the ports that were given; they are free again when this process ends.</summary>
    private static readonly ConcurrentBag<Socket> Claims = [];

    /// <summary>
    /// A port on which nobody listens. No other caller gets it while this process lives, in whichever test run:
    /// Postfix's programs set SO_REUSEPORT, so that two of them on one port share its connections without an error. It
    /// lies below the ports that Linux gives to clients (ip_local_port_range).
    /// </summary>
    public static int FreePort()
    {
        while (true)
        {
            var port = Random.Shared.Next(LowestPort, HighestPort);
            if (Claim(port) && !IsTaken(port)) return port;
        }
    }

    /// <summary>One that listens on a free port. Another program may take a port before it does.</summary>
    public static HttpListener Listen(out int port)
    {
        while (true)
        {
            var listener = new HttpListener();
            port = FreePort();
            listener.Prefixes.Add($"http://127.0.0.1:{port}/");
            try
            {
                listener.Start();
                return listener;
            }
            catch (HttpListenerException)
            {
                listener.Close();
            }
        }
    }

    public static bool Listens(int port)
    {
        try
        {
            using var client = new TcpClient();
            client.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>By an abstract name, which one socket of the host can have, and which goes with it: unix(7).</summary>
    private static bool Claim(int port)
    {
        var claim = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            claim.Bind(new UnixDomainSocketEndPoint($"\0mail_responder-tests/{port}"));
            Claims.Add(claim);
            return true;
        }
        catch (SocketException)
        {
            claim.Dispose();
            return false;
        }
    }

    private static bool IsTaken(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }
}
