using System.Net;
using Amazon.Runtime;

namespace MailResponder.Standins.AwsQuery;

/// <summary>
/// The SDK's own HTTP, except that a <see cref="QueryContent"/> writes itself to the request instead of being read.
/// </summary>
internal sealed class QueryHttp(IClientConfig config) : IHttpRequestFactory<HttpContent>
{
    private readonly HttpRequestMessageFactory _factory = new(config);

    public IHttpRequest<HttpContent> CreateHttpRequest(Uri requestUri)
    {
        using var request = (HttpWebRequestMessage)_factory.CreateHttpRequest(requestUri);
        return new Request(request.HttpClient, requestUri, config);
    }

    public void Dispose() => _factory.Dispose();

    private sealed class Request(HttpClient client, Uri uri, IClientConfig config)
        : HttpWebRequestMessage(client, uri, config), IHttpRequest<HttpContent>
    {
        void IHttpRequest<HttpContent>.WriteToRequestBody(
            HttpContent requestContent, Stream contentStream, IDictionary<string, string> contentHeaders,
            IRequestContext requestContext)
        {
            // This also sets the header fields of the content.
            WriteToRequestBody(requestContent, Stream.Null, contentHeaders, requestContext);
            if (contentStream is not QueryContent form)
                return;
            var empty = base.Request.Content!;
            base.Request.Content = new Body(form);
            foreach (var (name, values) in empty.Headers)
            {
                if (!name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
                    base.Request.Content.Headers.TryAddWithoutValidation(name, values);
            }
        }
    }

    private sealed class Body(QueryContent form) : HttpContent
    {
        protected override void SerializeToStream(
            Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
            form.WriteTo(stream);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            form.WriteTo(stream);
            return Task.CompletedTask;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = form.Length;
            return true;
        }
    }
}
