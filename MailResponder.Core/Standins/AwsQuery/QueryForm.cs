using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Amazon.Runtime;
using Amazon.Runtime.Internal;

namespace MailResponder.Standins.AwsQuery;

/// <summary>The form of an AWS Query request: action, version and parameters, percent-encoded (RFC 3986).</summary>
internal sealed class QueryForm
{
    private readonly ArrayBufferWriter<byte> _form;

    private readonly string _service;

    /// <param name="service">The service's namespace, which the SDK asks for.</param>
    /// <param name="version">The date of the service's API.</param>
    /// <param name="action">The operation.</param>
    /// <param name="capacity">Bytes to be ready for: a message of several megabytes is not to be copied again and again.</param>
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

    public void AddBase64(string name, ReadOnlySpan<byte> bytes)
    {
        _form.Write(Encoding.ASCII.GetBytes($"&{name}="));
        Span<byte> base64 = stackalloc byte[4096];
        for (var rest = bytes; !rest.IsEmpty;)
        {
            var some = rest[..Math.Min(rest.Length, base64.Length / 4 * 3)];
            Base64.EncodeToUtf8(some, base64, out _, out var length, isFinalBlock: some.Length == rest.Length);
            Escape(base64[..length]);
            rest = rest[some.Length..];
        }
    }

    public IRequest ToRequest(AmazonWebServiceRequest request) => new DefaultRequest(request, _service)
    {
        HttpMethod = "POST",
        ResourcePath = "/",
        Content = _form.WrittenSpan.ToArray(),
        Headers = { ["Content-Type"] = "application/x-www-form-urlencoded; charset=utf-8" },
    };

    private void Escape(ReadOnlySpan<byte> base64)
    {
        while (base64.IndexOfAny((byte)'+', (byte)'/', (byte)'=') is var at and >= 0)
        {
            _form.Write(base64[..at]);
            _form.Write(base64[at] switch { (byte)'+' => "%2B"u8, (byte)'/' => "%2F"u8, _ => "%3D"u8 });
            base64 = base64[(at + 1)..];
        }

        _form.Write(base64);
    }
}
