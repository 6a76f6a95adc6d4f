using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using MailResponder.Http;

namespace MailResponder.Tests.Http;

/// <summary>HTTP as the clients of AWS speak it here. How each failure ends is seen through SES.</summary>
public class DirectHandlerTests
{
    const string Hello = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

    [Fact]
    public void Request_IsWhole()
    {
        using var server = new ScriptedServer(Hello);
        using var client = Client();
        using var request = new HttpRequestMessage(HttpMethod.Post, server.Url) { Content = new StringContent("a=b") };
        request.Headers.TryAddWithoutValidation("X-Name", "value");

        using var response = client.Send(request);

        Assert.Equal((HttpStatusCode.OK, "hello"), (response.StatusCode, Text(response)));
        Assert.Equal($"POST /path?query=1 HTTP/1.1\r\nHost: {server.Url.Authority}\r\nX-Name: value\r\n"
            + "Content-Type: text/plain; charset=utf-8\r\nContent-Length: 3\r\n\r\na=b", Assert.Single(server.Requests));
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\nTrailer: x\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\n\r\nhello")]
    [InlineData("HTTP/1.0 200 OK\nContent-Length: 5\n\nhello")]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early\r\nLink: x\r\n\r\n" + Hello)]
    public void Body_IsReadToItsEnd(string answer)
    {
        using var server = new ScriptedServer(answer);
        using var client = Client();
        using var response = client.Send(new HttpRequestMessage(HttpMethod.Get, server.Url), HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("hello", Text(response));
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nl")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-2\r\nhe\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello")]
    [InlineData("HTTP/1.1 2000 OK\r\n\r\nhello")]
    [InlineData("HTTP/2 200\r\n\r\nhello")]
    [InlineData("HTTP/1.1 200 OK\r\nno field\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Le")]
    public void CutOrBrokenAnswer_IsNotTaken(string answer)
    {
        using var server = new ScriptedServer(answer, ScriptedServer.Hangup);
        using var client = Client();
        Assert.ThrowsAny<Exception>(() =>
        {
            using var response = client.Send(new HttpRequestMessage(HttpMethod.Get, server.Url), HttpCompletionOption.ResponseHeadersRead);
            Text(response);
        });
    }

    [Fact]
    public void EndlessHead_IsNotTaken()
    {
        using var server = new ScriptedServer("HTTP/1.1 200 OK\r\nX: " + new string('x', 100_000));
        using var client = Client();
        var trouble = Assert.Throws<HttpRequestException>(() => client.Send(new HttpRequestMessage(HttpMethod.Get, server.Url)));
        Assert.Equal(HttpRequestError.InvalidResponse, trouble.HttpRequestError);
    }

    [Fact]
    public void Connection_IsKeptForTheNextRequest()
    {
        using var server = new ScriptedServer(Hello, Hello, "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", Hello);
        using var client = Client();
        for (var i = 0; i < 4; i++) client.Send(new HttpRequestMessage(HttpMethod.Get, server.Url)).Dispose();
        Assert.Equal((4, 1), (server.Requests.Count, server.Connections));
    }

    [Fact]
    public void ConnectionThatTheServerClosed_IsNotUsedAgain()
    {
        using var server = new ScriptedServer(Hello, ScriptedServer.Hangup, Hello);
        using var client = Client();
        client.Send(new HttpRequestMessage(HttpMethod.Get, server.Url)).Dispose();
        Patience.Until("the end of the connection", () => server.Closed == 1);
        client.Send(new HttpRequestMessage(HttpMethod.Get, server.Url)).Dispose();
        Assert.Equal((2, 2), (server.Requests.Count, server.Connections));
    }

    [Fact]
    public void NobodyThere_IsNoConnection()
    {
        using var nobody = new TcpListener(IPAddress.Loopback, 0);
        nobody.Start();
        var url = $"http://{nobody.LocalEndpoint}/";
        nobody.Stop();
        using var client = Client();
        var trouble = Assert.Throws<HttpRequestException>(() => client.Send(new HttpRequestMessage(HttpMethod.Get, url)));
        Assert.Equal(HttpRequestError.ConnectionError, trouble.HttpRequestError);
    }

    [Fact]
    public void Server_IsFoundByItsName()
    {
        using var server = new ScriptedServer(Hello);
        using var client = Client();
        using var response = client.Send(new HttpRequestMessage(HttpMethod.Get, new UriBuilder(server.Url) { Host = "localhost" }.Uri));
        Assert.Equal("hello", Text(response));
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe")]
    public void ServerThatStopsSpeaking_EndsWithTheTime(string begin)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = Client(TimeSpan.FromMilliseconds(300));
        _ = Task.Run(async () =>
        {
            using var accepted = await listener.AcceptTcpClientAsync();
            await accepted.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes(begin));
            await accepted.GetStream().CopyToAsync(Stream.Null);
        });
        var watch = Stopwatch.StartNew();
        Assert.Throws<TimeoutException>(() =>
        {
            using var response = client.Send(new HttpRequestMessage(HttpMethod.Get, $"http://{listener.LocalEndpoint}/"),
                HttpCompletionOption.ResponseHeadersRead);
            Text(response);
        });
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), watch.Elapsed.ToString());
    }

    static HttpClient Client(TimeSpan? time = null)
    {
        var deadline = new Deadline(TimeProvider.System, time ?? TimeSpan.FromSeconds(20));
        return new HttpClient(new DirectHandler(() => deadline.Remaining));
    }

    static string Text(HttpResponseMessage response)
    {
        using var reader = new StreamReader(response.Content.ReadAsStream());
        return reader.ReadToEnd();
    }
}
