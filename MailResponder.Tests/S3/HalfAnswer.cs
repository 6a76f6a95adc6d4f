using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MailResponder.Tests.S3;

/// <summary>
/// An S3 server that announces an object of a million bytes and sends a hundred; then it closes the connection, or
/// keeps it open. If given a book, it sends the whole of it. If given one fixed answer, it sends that to every request.
/// </summary>
internal sealed class HalfAnswer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<TcpClient> _open = [];
    private int _answers;

    public HalfAnswer(bool stall, string? book = null, string? always = null)
    {
        _listener.Start();
        _ = Task.Run(async () =>
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync();
                _open.Add(client);
                var stream = client.GetStream();
                var request = new byte[65536];
                var length = await stream.ReadAsync(request);
                var asked = Encoding.ASCII.GetString(request, 0, length);
                var isBook = book is not null && asked.Contains("/book.json ", StringComparison.Ordinal);
                var body = isBook ? book! : new string('[', 100);
                var promised = isBook ? body.Length : 1_000_000;
                await stream.WriteAsync(Encoding.ASCII.GetBytes(always ??
                    $"HTTP/1.1 200 OK\r\nContent-Length: {promised}\r\nConnection: close\r\n" +
                    $"ETag: \"0123456789abcdef0123456789abcdef-2\"\r\nContent-Type: application/json\r\n\r\n{body}"));
                Interlocked.Increment(ref _answers);
                if (isBook || !stall)
                    client.Close();
            }
        });
    }

    public string Endpoint => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    public int Answers => Volatile.Read(ref _answers);

    public void Dispose()
    {
        _listener.Stop();
        _open.ForEach(client => client.Dispose());
    }
}
