using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MailResponder.Tests.Aws;

/// <summary>
/// A web server that sends the answers prepared by the test, one per request, and keeps its connections open.
/// </summary>
internal sealed class ScriptedServer : IDisposable
{
    /// <summary>Stands for an answer: the server closes the connection before the next request.</summary>
    public const string Hangup = "";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentQueue<string> _answers;
    private int _connections;
    private int _closed;

    public ScriptedServer(params string[] answers)
    {
        _answers = new ConcurrentQueue<string>(answers);
        _listener.Start();
        _ = AcceptAll();
    }

    public Uri Url => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/path?query=1");

    public int Connections => _connections;

    /// <summary>The number of connections that the server has closed.</summary>
    public int Closed => _closed;

    public ConcurrentQueue<string> Requests { get; } = [];

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAll()
    {
        try
        {
            while (true) _ = Serve(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task Serve(TcpClient client)
    {
        Interlocked.Increment(ref _connections);
        using (client) await Answer(client.GetStream());
        Interlocked.Increment(ref _closed);
    }

    private async Task Answer(NetworkStream stream)
    {
        while (await Request(stream) is { } request)
        {
            Requests.Enqueue(request);
            if (!_answers.TryDequeue(out var answer)) return;
            await stream.WriteAsync(Encoding.Latin1.GetBytes(answer));
            if (_answers.TryPeek(out var next) && next == Hangup)
            {
                _answers.TryDequeue(out _);
                return;
            }
            // An answer without a length ends with the connection.
            if (!answer.Contains("Content-Length", StringComparison.Ordinal)
                && !answer.Contains("chunked", StringComparison.Ordinal)) return;
        }
    }

    /// <summary>Reads a request. Null at the end of the connection.</summary>
    private static async Task<string?> Request(NetworkStream stream)
    {
        var text = new StringBuilder();
        var one = new byte[1];
        while (!text.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one) == 0) return null;
            text.Append((char)one[0]);
        }
        const string length = "Content-Length: ";
        if (text.ToString().Split("\r\n")
            .FirstOrDefault(line => line.StartsWith(length, StringComparison.Ordinal)) is { } line)
        {
            var body = new byte[int.Parse(line[length.Length..], System.Globalization.CultureInfo.InvariantCulture)];
            await stream.ReadExactlyAsync(body);
            text.Append(Encoding.Latin1.GetString(body));
        }
        return text.ToString();
    }
}
