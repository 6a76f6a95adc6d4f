using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace MailResponder.Tests;

/// <summary>Ports of this host for servers that the tests start.</summary>
internal static class Loopback
{
    private const int LowestPort = 10_000;
    private const int HighestPort = 32_767;

    /// <summary>The sockets that reserve the assigned ports. The ports become free when this process ends.</summary>
    private static readonly ConcurrentBag<Socket> Claims = [];

    /// <summary>
    /// Returns a port on which no server listens. No other caller gets it while this process lives, in any test run:
    /// Postfix's programs set SO_REUSEPORT, so two of them on one port would share its connections without an error.
    /// The port is below the range that Linux uses for clients (ip_local_port_range).
    /// </summary>
    public static int FreePort()
    {
        while (true)
        {
            var port = Random.Shared.Next(LowestPort, HighestPort);
            if (Claim(port) && !IsTaken(port)) return port;
        }
    }

    /// <summary>
    /// Returns a listener on a free port. If another program takes the port first, it tries another one.
    /// </summary>
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

    /// <summary>
    /// Reserves a port by an abstract socket name, which only one socket of the host can have, and which vanishes with
    /// that socket (unix(7)).
    /// </summary>
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
