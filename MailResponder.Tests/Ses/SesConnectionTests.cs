using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MailResponder.Delivery;

namespace MailResponder.Tests.Ses;

/// <summary>The connection to SES fails at every possible point. In each case the message is tried again.</summary>
public class SesConnectionTests
{
    private const string PerhapsSent = "may be sent twice";

    private const string Html = "<html></html>";
    private const string SloppyHtml = "<!DOCTYPE html><p>Oops<br>";

    public static TheoryData<string, string> Answers => new()
    {
        { Http("500 Oops", Html), PerhapsSent },
        { Http("502 Bad Gateway", Html), PerhapsSent },
        { Http("502 Bad Gateway", SloppyHtml), PerhapsSent },
        { Http("504 Gateway Timeout", ""), PerhapsSent },
        { Http("503 Busy", Html), "HTTP 503" },
        { Http("503 Busy", SloppyHtml), "HTTP 503" },
        { Http("503 Busy", ""), "HTTP 503" },
        { Http("403 Forbidden", SloppyHtml), "HTTP 403" },
        { Http("404 Not Found", Html), "HTTP 404" },
        { Http("302 Found\r\nLocation: http://127.0.0.1:1/", ""), PerhapsSent },
        { Http("200 OK", "<html><p>Hello!</html>\r\n"), PerhapsSent },
        { Http("200 OK", ""), PerhapsSent },
        { Http("200 OK", "<a>b</a>   "), PerhapsSent },
        { Http("200 OK", "<SendRawEmailResponse><SendRaw", missing: 1000), PerhapsSent },
        { "SSH-2.0-OpenSSH_9.2\r\n", PerhapsSent },
        { "HTTP/1.1 101 Switching Protocols\r\n\r\n", PerhapsSent },
        { $"HTTP/1.1 200 OK\r\nX-Long: {new string('x', 20_000)}\r\n\r\n", PerhapsSent },
        { Http("204 No Content", ""), PerhapsSent },
        { "", PerhapsSent },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    public void OddAnswer_IsDeferred(string answer, string expected)
    {
        using var ses = SesDouble.That(new SesAnswer(Encoding.ASCII.GetBytes(answer)));
        AssertDeferred(ses.Url, expected);
        Assert.Single(ses.Calls);
    }

    /// <summary>A failure that nobody foresaw may come after SES accepted the reply.</summary>
    [Theory]
    [InlineData(typeof(OutOfMemoryException))]
    [InlineData(typeof(InvalidOperationException))]
    [InlineData(typeof(HttpRequestException))]
    [InlineData(typeof(Amazon.Runtime.AmazonClientException))]
    public void UnforeseenFailure_LeavesItUnknown(Type type)
    {
        var failure = SesFailure.Of((Exception)Activator.CreateInstance(type, "requester@example.net")!, "ses:X");
        Assert.Equal(new SesFailure(SendStatus.Unknown, $"the call to SES failed with {type.Name}"), failure);
    }

    [Fact]
    public void IdThatNamesAnAddress_IsNoReceipt()
    {
        using var ses = SesDouble.That(SesAnswer.Accept("requester@example.net"));
        AssertDeferred(ses.Url, PerhapsSent);
    }

    [Fact]
    public void CutBeforeTheRequestIsRead_IsDeferred()
    {
        using var ses = SesDouble.That(SesAnswer.CutBeforeRequest);
        AssertDeferred(ses.Url, "cut");
    }

    [Fact]
    public void Stall_EndsBeforeTheDeadline()
    {
        using var ses = SesDouble.That(SesAnswer.Stall);
        AssertDeferred(ses.Url, "did not answer in time", deadlineSeconds: 8);
    }

    /// <summary>As behind a firewall that drops packets. Without TLS, no request was sent.</summary>
    [Fact]
    public void StallBeforeTls_IsNoConnection()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        AssertDeferred($"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/", "no connection to SES",
            deadlineSeconds: 8);
    }

    [Fact]
    public void ClosedPort_IsDeferred() => AssertDeferred("http://127.0.0.1:1/", "no connection to SES");

    [Fact]
    public void UnknownHost_IsDeferred() => AssertDeferred("https://ses.invalid/", "cannot be resolved");

    [Fact]
    public void PlainTextOnTheTlsPort_IsDeferred()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        _ = Task.Run(async () =>
        {
            using var client = await listener.AcceptTcpClientAsync();
            await client.GetStream().WriteAsync("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"u8.ToArray());
            await client.GetStream().CopyToAsync(Stream.Null);
        });
        AssertDeferred($"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/", "no TLS connection");
    }

    [Fact]
    public void CertificateOfAStranger_IsDeferred()
    {
        using var key = RSA.Create(2048);
        using var made = new CertificateRequest(
            "CN=127.0.0.1", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        _ = Task.Run(async () =>
        {
            using var client = await listener.AcceptTcpClientAsync();
            using var tls = new SslStream(client.GetStream());
            try
            {
                await tls.AuthenticateAsServerAsync(certificate);
                await tls.ReadExactlyAsync(new byte[1]);
            }
            catch (IOException)
            {
            }
        });
        AssertDeferred($"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/", "certificate is not trusted");
    }

    private static string Http(string status, string body, int missing = 0) =>
        $"HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: {body.Length + missing}\r\nConnection: "
            + $"close\r\n\r\n{body}";

    private static void AssertDeferred(string url, string expected, int deadlineSeconds = 30)
    {
        using var place = new SesPlace(url) { DeadlineSeconds = deadlineSeconds };
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var outcome = place.Reply(SesPlace.Entry());
        Assert.Equal((Result.Deferred, Cause.Send), (outcome.Result, outcome.Cause));
        Assert.Contains(expected, outcome.Problem, StringComparison.Ordinal);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(deadlineSeconds), watch.Elapsed.ToString());
    }
}
