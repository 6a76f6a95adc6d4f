using System.Buffers;
using System.Text;
using Amazon.Runtime;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Transform;

namespace MailResponder.Standins.AwsQuery;

/// <summary>The form of an AWS Query request: action, version and parameters, percent-encoded (RFC 3986).</summary>
internal sealed class QueryForm : IMarshaller<IRequest, AmazonWebServiceRequest>
{
    private readonly ArrayBufferWriter<byte> _form = new(256);
    private readonly IClientConfig _config;
    private MemoryStream? _message;

    /// <param name="config">The configuration of the service.</param>
    /// <param name="action">The operation.</param>
    public QueryForm(IClientConfig config, string action)
    {
        _config = config;
        _form.Write(Encoding.ASCII.GetBytes($"Action={action}&Version={config.ServiceVersion}"));
    }

    /// <summary>
    /// Returns the parameter name of an element of a list. The index starts at 0, the number in the name at 1.
    /// </summary>
    public static string Member(string list, int index) =>
        $"{list}.member.{index + 1}";

    /// <param name="name">The name, in ASCII.</param>
    /// <param name="value">The value. If it is null or empty, the parameter is left out.</param>
    public void Add(string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
            _form.Write(Encoding.ASCII.GetBytes($"&{name}={Uri.EscapeDataString(value)}"));
    }

    /// <summary>Adds a last parameter that is too long to keep in the form. It is sent in base64.</summary>
    public void AddLast(string name, MemoryStream message)
    {
        _form.Write(Encoding.ASCII.GetBytes($"&{name}="));
        _message = message;
    }

    public IRequest Marshall(AmazonWebServiceRequest input)
    {
        var service = _config.RegionEndpointServiceName;
        var request = _message is null
            ? new DefaultRequest(input, service) { Content = _form.WrittenSpan.ToArray() }
            : new QueryRequest(input, service, new QueryContent(_form.WrittenMemory, _message));
        request.HttpMethod = "POST";
        request.ResourcePath = "/";
        request.Headers["Content-Type"] = "application/x-www-form-urlencoded; charset=utf-8";
        return request;
    }

    /// <summary>A request with a <see cref="QueryContent"/>, which computes its own hash.</summary>
    private sealed class QueryRequest : DefaultRequest, IRequest
    {
        public QueryRequest(AmazonWebServiceRequest request, string service, QueryContent content)
            : base(request, service) => ContentStream = content;

        string IRequest.ComputeContentStreamHash() => ((QueryContent)ContentStream).Hash;
    }
}
