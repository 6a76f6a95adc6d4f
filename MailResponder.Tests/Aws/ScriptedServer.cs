using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace MailResponder.Tests.Aws;

/// <summary>
/// A web server that says what the test has written down, one answer a request, and keeps its connections.
/// </summary>
internal sealed class ScriptedServer : IDisposable
{
    /// <summary>In place of an answer: the connection is closed before the next request.</summary>
    public const string Hangup = "";

    readonly TcpListener listener = new(IPAddress.Loopback, 0);
    readonly ConcurrentQueue<string> answers;
    int connections;
    int closed;

    public ScriptedServer(params string[] answers)
    {
        this.answers = new ConcurrentQueue<string>(answers);
        listener.Start();
        _ = AcceptAll();
    }

    public Uri Url => new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/path?query=1");

    public int Connections => connections;

    /// <summary>Those of them that the server has closed.</summary>
    public int Closed => closed;

    public ConcurrentQueue<string> Requests { get; } = [];

    public void Dispose() => listener.Dispose();

    async Task AcceptAll()
    {
        try
        {
            while (true) _ = Serve(await listener.AcceptTcpClientAsync());
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
        }
    }

    async Task Serve(TcpClient client)
    {
        Interlocked.Increment(ref connections);
        using (client) await Answer(client.GetStream());
        Interlocked.Increment(ref closed);
    }

    async Task Answer(NetworkStream stream)
    {
        while (await Request(stream) is { } request)
        {
            Requests.Enqueue(request);
            if (!answers.TryDequeue(out var answer)) return;
            await stream.WriteAsync(Encoding.Latin1.GetBytes(answer));
            if (answers.TryPeek(out var next) && next == Hangup)
            {
                answers.TryDequeue(out _);
                return;
            }
            // What has no length ends with the connection.
            if (!answer.Contains("Content-Length", StringComparison.Ordinal)
                && !answer.Contains("chunked", StringComparison.Ordinal)) return;
        }
    }

    /// <summary>Null at the end.</summary>
    static async Task<string?> Request(NetworkStream stream)
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
