using System.Net;
using System.Net.Sockets;

namespace MailResponder.Tests.Doctor;

/// <summary>
/// A name server that answers which servers serve the root zone, and may claim to have verified the signatures (AD).
/// </summary>
internal sealed class RootAnswer : IDisposable
{
    private readonly UdpClient _socket;

    /// <param name="saysGenuine">Whether it sets AD.</param>
    /// <param name="code">The response code: 0, or 2 for SERVFAIL.</param>
    public RootAnswer(bool saysGenuine, int code)
    {
        Address = $"127.53.{Random.Shared.Next(1, 255)}.{Random.Shared.Next(1, 255)}";
        _socket = new UdpClient(new IPEndPoint(IPAddress.Parse(Address), 53));
        _ = Task.Run(async () =>
        {
            for (; ; )
            {
                var query = await _socket.ReceiveAsync();
                // The header of the answer; the question; an NS record: root, IN, one day, "a.".
                byte[] answer =
                [
                    .. query.Buffer[..2], 0x81, (byte)(0x80 | (saysGenuine ? 0x20 : 0) | code), 0, 1, 0, 1, 0, 0, 0, 0,
                    0, 0, 2, 0, 1, 0, 0, 2, 0, 1, 0, 1, 0x51, 0x80, 0, 3, 1, (byte)'a', 0,
                ];
                await _socket.SendAsync(answer, query.RemoteEndPoint);
            }
        });
    }

    public string Address { get; }

    public void Dispose() => _socket.Dispose();
}
