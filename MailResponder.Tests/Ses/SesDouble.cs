using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace MailResponder.Tests.Ses;

/// <summary>
/// A test double of Amazon SES, or of another AWS service that takes forms, on a port of this host. It refuses wrong
/// signatures. Otherwise it does what the test says, or accepts each message under the ids id-1, id-2 ….
/// </summary>
internal sealed class SesDouble : IDisposable
{
    public const string Region = "eu-west-1";
    public const string AccessKey = "AKIATESTTESTTESTTEST";
    public const string SecretKey = "secret/secret+secretsecretsecretsecret12";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Func<int, SesAnswer?> _answerTo;
    private readonly SslStreamCertificateContext? _certificate;
    private readonly string _service;
    private int _requests;

    /// <param name="answerTo">
    /// Returns the answer to a request, given its number, counted from 1; null to accept it.
    /// </param>
    /// <param name="service">The service name for which requests are signed.</param>
    /// <param name="certificate">
    /// If not null, the double speaks TLS 1.2 and shows this certificate for "localhost".
    /// </param>
    /// <param name="intermediate">If not null, it is shown with the certificate.</param>
    public SesDouble(Func<int, SesAnswer?>? answerTo = null, string service = "ses",
        X509Certificate2? certificate = null,
        X509Certificate2? intermediate = null)
    {
        _service = service;
        _answerTo = answerTo ?? (_ => null);
        if (certificate is not null)
        {
            _certificate = SslStreamCertificateContext.Create(
                certificate, intermediate is null ? [] : [intermediate], offline: true);
        }
        _listener.Start();
        _ = AcceptAll();
    }

    public ConcurrentQueue<SesCall> Calls { get; } = [];

    public ConcurrentQueue<SesCall> Accepted { get; } = [];

    public ConcurrentQueue<string> SignatureFaults { get; } = [];

    /// <summary>How far its clock is ahead of this machine's.</summary>
    public TimeSpan Ahead { get; set; }

    /// <summary>The secrets by access key. A key with a session token has the token after a blank.</summary>
    public ConcurrentDictionary<string, string> Keys { get; } = new() { [AccessKey] = SecretKey };

    public string Url =>
        (_certificate is null ? "http://127.0.0.1" : "https://localhost")
        + $":{((IPEndPoint)_listener.LocalEndpoint).Port}/";

    /// <summary>Returns a double that always gives the same answer.</summary>
    public static SesDouble That(SesAnswer answer) => new(_ => answer);

    public void Dispose()
    {
        _end.Cancel();
        _listener.Dispose();
        _end.Dispose();
    }

    private async Task AcceptAll()
    {
        try
        {
            while (true) _ = Serve(await _listener.AcceptSocketAsync(_end.Token));
        }
        catch (Exception exception) when (
            exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task Serve(Socket socket)
    {
        using (socket)
        {
            try
            {
                using var stream = await Secured(new NetworkStream(socket));
                var number = Interlocked.Increment(ref _requests);
                var answer = _answerTo(number);
                if (answer is { ReadsRequest: false })
                {
                    await stream.ReadExactlyAsync(new byte[1], _end.Token);
                    socket.LingerState = new LingerOption(true, 0); // a reset, as from a host that dies
                    return;
                }
                var call = await Read(stream, _end.Token) with { Number = number };
                Calls.Enqueue(call);
                if (Fault(call) is { } fault)
                {
                    SignatureFaults.Enqueue(fault);
                    answer = SesAnswer.Error(403, "SignatureDoesNotMatch",
                        "The request signature we calculated does not match");
                }
                else if (answer is null)
                {
                    Accepted.Enqueue(call);
                    answer = SesAnswer.Accept($"id-{number}");
                }
                else if (answer.Accepts)
                {
                    Accepted.Enqueue(call);
                }
                await stream.WriteAsync(answer.Bytes, _end.Token);
                if (answer.Hangs) await Task.Delay(Timeout.Infinite, _end.Token);
            }
            catch (Exception exception) when (
                exception is IOException or OperationCanceledException or EndOfStreamException
                or ObjectDisposedException
                or AuthenticationException)
            {
            }
        }
    }

    private async Task<Stream> Secured(NetworkStream plain)
    {
        if (_certificate is null) return plain;
        var secured = new SslStream(plain);
        await secured.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
        {
            ServerCertificateContext = _certificate,
            EnabledSslProtocols = SslProtocols.Tls12,
        }, _end.Token);
        return secured;
    }

    private string? Fault(SesCall call)
    {
        string? token = null;
        var fault = SignatureV4.Fault(call, (Region, _service), key =>
        {
            if (!Keys.TryGetValue(key, out var secret)) return null;
            if (secret.Split(' ') is not [var plain, var sessionToken]) return secret;
            token = sessionToken;
            return plain;
        }, Ahead);
        if (fault is null && call.Headers.GetValueOrDefault(
            "x-amz-security-token") != token) return "wrong session token";
        return fault;
    }

    private static async Task<SesCall> Read(Stream stream, CancellationToken cancel)
    {
        var head = new List<byte>();
        var one = new byte[1];
        while (head.Count < 4 || !head.TakeLast(4).SequenceEqual("\r\n\r\n"u8.ToArray()))
        {
            await stream.ReadExactlyAsync(one, cancel);
            head.Add(one[0]);
        }
        var lines = Encoding.ASCII.GetString([.. head]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var headers = lines.Skip(1).Select(line => line.Split(':', 2))
            .ToDictionary(line => line[0].ToLowerInvariant(), line => line[1].Trim());
        var body = new byte[int.Parse(
            headers.GetValueOrDefault("content-length", "0"), System.Globalization.CultureInfo.InvariantCulture)];
        await stream.ReadExactlyAsync(body, cancel);
        return new SesCall(lines[0], headers, body);
    }
}
