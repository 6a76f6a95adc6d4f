using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace MailResponder.Tests.Postfix;

/// <summary>
/// A name server (dnsmasq) on a loopback address of its own, because resolvers use only port 53. It knows the given
/// records; any other name does not exist.
/// </summary>
internal sealed class NameServer : IDisposable
{
    private readonly Process _process;

    /// <param name="records">Lines of dnsmasq.conf.</param>
    public NameServer(params string[] records)
    {
        Address = FreeAddress();
        _process = Process.Start("dnsmasq",
        [
            "--conf-file=/dev/null", "--keep-in-foreground", "--no-resolv", "--no-hosts", "--user=root", "--pid-file=",
            $"--listen-address={Address}", "--bind-interfaces", "--address=/#/",
            .. records.Select(record => $"--{record}"),
        ]);
        Patience.Until("dnsmasq listens", Listens);
    }

    public string Address { get; }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static string FreeAddress()
    {
        for (; ; )
        {
            var address = $"127.53.{Random.Shared.Next(1, 255)}.{Random.Shared.Next(1, 255)}";
            try
            {
                using var socket = new UdpClient(new IPEndPoint(IPAddress.Parse(address), 53));
                return address;
            }
            catch (SocketException)
            {
                // The address is taken, so another one is tried.
            }
        }
    }

    private bool Listens()
    {
        Assert.False(_process.HasExited, "dnsmasq ended");
        try
        {
            using var client = new TcpClient();
            client.Connect(Address, 53);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
