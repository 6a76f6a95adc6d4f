using System.Globalization;
using System.Net;
using System.Text;

namespace MailResponder.Http;

/// <summary>Status line and fields of an answer (RFC 9112).</summary>
internal sealed class ResponseHead
{
    private readonly List<(string Name, string Value)> _fields = [];
    private readonly bool _isHttp11;

    private ResponseHead(HttpStatusCode status, bool isHttp11)
    {
        Status = status;
        _isHttp11 = isHttp11;
    }

    public HttpStatusCode Status { get; }

    public IReadOnlyList<(string Name, string Value)> Fields => _fields;

    /// <summary>Whether the length of the body is told by its chunks.</summary>
    public bool IsChunked => ValuesOf("Transfer-Encoding").Any(value => value.EndsWith("chunked", StringComparison.OrdinalIgnoreCase));

    /// <summary>Null: the body ends with the connection.</summary>
    /// <exception cref="HttpRequestException">It is no number.</exception>
    public long? Length
    {
        get
        {
            if (Status is HttpStatusCode.NoContent or HttpStatusCode.NotModified)
                return 0;
            if (ValuesOf("Content-Length").FirstOrDefault() is not { } text)
                return null;
            return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var length) ? length : throw NotHttp();
        }
    }

    /// <summary>Whether the connection may be used again.</summary>
    public bool KeepsConnection => _isHttp11 && !ValuesOf("Connection").Any(value => value.Contains("close", StringComparison.OrdinalIgnoreCase));

    /// <summary>Reads the head of the final answer, past those that only say that it will come.</summary>
    /// <exception cref="HttpRequestException">The connection ended, or what came is not HTTP.</exception>
    public static ResponseHead Read(Connection connection)
    {
        ResponseHead head;
        do
        {
            head = StatusLine(Line(connection));
            while (Line(connection) is { Length: > 0 } line)
                head.Add(line);
        }
        while ((int)head.Status < 200);
        return head;
    }

    /// <summary>A line without its end, which is CRLF or LF.</summary>
    /// <exception cref="HttpRequestException">The connection ended, or what came is no line.</exception>
    public static string Line(Connection connection)
    {
        int end;
        while ((end = connection.Input.IndexOf((byte)'\n')) < 0)
        {
            if (!connection.ReadMore())
                throw connection.Input.IsEmpty ? Ended() : NotHttp();
        }

        var line = Encoding.Latin1.GetString(connection.Input[..end]).TrimEnd('\r');
        connection.Take(end + 1);
        return line;
    }

    public static HttpRequestException NotHttp() => new(HttpRequestError.InvalidResponse, "the answer is not HTTP");

    private static HttpRequestException Ended() => new(HttpRequestError.ResponseEnded, "the connection ended");

    private static ResponseHead StatusLine(string line)
    {
        const string version = "HTTP/1.";
        if (line.Length < 12 || !line.StartsWith(version, StringComparison.Ordinal) || line[8] != ' ' || (line.Length > 12 && line[12] != ' ')
            || !int.TryParse(line.AsSpan(9, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var status) || status < 100)
        {
            throw NotHttp();
        }

        return new ResponseHead((HttpStatusCode)status, isHttp11: line[version.Length] != '0');
    }

    private void Add(string line)
    {
        var colon = line.IndexOf(':');
        if (colon <= 0 || _fields.Count == 1000)
            throw NotHttp();
        _fields.Add((line[..colon], line[(colon + 1)..].Trim()));
    }

    private IEnumerable<string> ValuesOf(string name) =>
        _fields.Where(field => field.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(field => field.Value);
}
