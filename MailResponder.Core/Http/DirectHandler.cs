using System.Globalization;
using System.Net;
using System.Security.Authentication;
using System.Text;

namespace MailResponder.Http;

/// <summary>
/// HTTP/1.1 on the thread of the caller, with TLS of the host's libssl. What .NET's own handler brings along costs a
/// short-lived process more than the request: threads, an event loop, a copy of every root certificate. Here are neither
/// redirects nor cookies nor proxies; a connection is kept for the next request. Failures are those of .NET's handler.
/// </summary>
/// <param name="timeLeft">How long the call may still take; asked before each wait, also for the body of the answer.</param>
internal sealed class DirectHandler(Func<TimeSpan> timeLeft) : HttpMessageHandler
{
    private Connection? _idle;

    /// <exception cref="HttpRequestException">There is no connection or no answer; see <see cref="HttpRequestException.HttpRequestError"/>.</exception>
    /// <exception cref="TimeoutException">The time is up.</exception>
    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var uri = request.RequestUri!;
        var server = new DnsEndPoint(uri.IdnHost, uri.Port);
        var connection = Idle(server) ?? Open(server, withTls: uri.Scheme == Uri.UriSchemeHttps);
        try
        {
            try
            {
                Write(request, connection);
            }
            catch (IOException) when (HasAnswer(connection))
            {
                // It has said why it does not want to read the rest.
            }

            var head = ResponseHead.Read(connection);
            var body = new ResponseBody(connection, head, Keep);
            return Response(request, head, body);
        }
        catch (Exception exception)
        {
            connection.Dispose();
            if (exception is IOException)
                throw new HttpRequestException(HttpRequestError.ResponseEnded, exception.Message, exception);
            throw;
        }
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        Task.FromResult(Send(request, cancellationToken));

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Interlocked.Exchange(ref _idle, null)?.Dispose();
        base.Dispose(disposing);
    }

    private Connection Open(DnsEndPoint server, bool withTls)
    {
        try
        {
            return Connection.Open(server, withTls, timeLeft);
        }
        catch (Exception exception) when (exception is AuthenticationException or IOException)
        {
            throw new HttpRequestException(HttpRequestError.SecureConnectionError, exception.Message, exception);
        }
    }

    private static void Write(HttpRequestMessage request, Connection connection)
    {
        var uri = request.RequestUri!;
        var head = new StringBuilder();
        head.Append(CultureInfo.InvariantCulture, $"{request.Method} {uri.PathAndQuery} HTTP/1.1\r\n");
        head.Append(CultureInfo.InvariantCulture, $"Host: {request.Headers.Host ?? uri.Authority}\r\n");
        foreach (var (name, values) in request.Headers.NonValidated)
        {
            if (!name.Equals("Host", StringComparison.OrdinalIgnoreCase) && !name.Equals("Expect", StringComparison.OrdinalIgnoreCase))
                head.Append(CultureInfo.InvariantCulture, $"{name}: {values}\r\n");
        }

        if (request.Content is { } content)
        {
            foreach (var (name, values) in content.Headers.NonValidated)
            {
                if (!name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
                    head.Append(CultureInfo.InvariantCulture, $"{name}: {values}\r\n");
            }

            var length = content.Headers.ContentLength ?? throw new NotSupportedException("a body without a length");
            head.Append(CultureInfo.InvariantCulture, $"Content-Length: {length}\r\n");
        }

        connection.Write(Encoding.Latin1.GetBytes(head.Append("\r\n").ToString()));
        if (request.Content is not null)
        {
            using var body = new RequestStream(connection);
            request.Content.CopyTo(body, null, CancellationToken.None);
        }

        connection.Flush();
    }

    private static bool HasAnswer(Connection connection)
    {
        try
        {
            return connection.ReadMore();
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static HttpResponseMessage Response(HttpRequestMessage request, ResponseHead head, ResponseBody body)
    {
        var response = new HttpResponseMessage(head.Status) { RequestMessage = request, Content = new StreamContent(body) };
        foreach (var (name, value) in head.Fields)
        {
            if (!response.Headers.TryAddWithoutValidation(name, value))
                response.Content.Headers.TryAddWithoutValidation(name, value);
        }

        return response;
    }

    private Connection? Idle(DnsEndPoint server)
    {
        var idle = Interlocked.Exchange(ref _idle, null);
        if (idle is null || (idle.IsIdle && idle.Server.Equals(server)))
            return idle;
        idle.Dispose();
        return null;
    }

    private void Keep(Connection connection) => Interlocked.Exchange(ref _idle, connection)?.Dispose();
}
