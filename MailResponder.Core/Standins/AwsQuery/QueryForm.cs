using System.Buffers;
using System.Globalization;
using System.Text;
using Amazon.Runtime;
using Amazon.Runtime.Internal;

namespace MailResponder.Standins.AwsQuery;

/// <summary>The form of an AWS Query request: action, version and parameters, percent-encoded (RFC 3986).</summary>
internal sealed class QueryForm
{
    private const string ContentType = "application/x-www-form-urlencoded; charset=utf-8";

    private readonly ArrayBufferWriter<byte> _form;

    private readonly string _service;

    /// <param name="service">The service's namespace, which the SDK asks for.</param>
    /// <param name="version">The date of the service's API.</param>
    /// <param name="action">The operation.</param>
    /// <param name="capacity">Bytes to be ready for.</param>
    public QueryForm(string service, string version, string action, int capacity = 256)
    {
        _service = service;
        _form = new ArrayBufferWriter<byte>(capacity);
        _form.Write(Encoding.ASCII.GetBytes($"Action={action}&Version={version}"));
    }

    /// <summary>The name of a list's element, counted from 0 here and from 1 there.</summary>
    public static string Member(string list, int index) =>
        string.Create(CultureInfo.InvariantCulture, $"{list}.member.{index + 1}");

    /// <param name="name">Plain ASCII.</param>
    /// <param name="value">Null or empty: the parameter is left out.</param>
    public void Add(string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
            _form.Write(Encoding.ASCII.GetBytes($"&{name}={Uri.EscapeDataString(value)}"));
    }

    public IRequest ToRequest(AmazonWebServiceRequest request) => new DefaultRequest(request, _service)
    {
        HttpMethod = "POST",
        ResourcePath = "/",
        Content = _form.WrittenSpan.ToArray(),
        Headers = { ["Content-Type"] = ContentType },
    };

    /// <summary>With a last parameter that is too long for the form, and goes out in base64.</summary>
    public IRequest ToRequest(AmazonWebServiceRequest request, string name, MemoryStream message)
    {
        _form.Write(Encoding.ASCII.GetBytes($"&{name}="));
        return new QueryRequest(request, _service, new QueryContent(_form.WrittenMemory, message))
        {
            HttpMethod = "POST",
            ResourcePath = "/",
            Headers = { ["Content-Type"] = ContentType },
        };
    }
}
