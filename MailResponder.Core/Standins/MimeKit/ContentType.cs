using System.Diagnostics.CodeAnalysis;

namespace MimeKit;

/// <summary>The media type of a part with its parameters (RFC 2045 5).</summary>
public sealed class ContentType
{
    string _mediaType;
    string _mediaSubtype;

    /// <exception cref="ArgumentException">One of them is no token.</exception>
    public ContentType(string mediaType, string mediaSubtype)
    {
        _mediaType = Token(mediaType);
        _mediaSubtype = Token(mediaSubtype);
        Parameters.Changed += () => Changed?.Invoke();
    }

    internal event Action? Changed;

    public string MediaType
    {
        get => _mediaType;
        set
        {
            _mediaType = Token(value);
            Changed?.Invoke();
        }
    }

    public string MediaSubtype
    {
        get => _mediaSubtype;
        set
        {
            _mediaSubtype = Token(value);
            Changed?.Invoke();
        }
    }

    /// <summary>Both halves with the slash between them.</summary>
    public string MimeType => MediaType + "/" + MediaSubtype;

    public ParameterList Parameters { get; } = [];

    /// <summary>The delimiter of a multipart; null where there is none.</summary>
    public string? Boundary
    {
        get => Parameters["boundary"];
        set => Set("boundary", value);
    }

    public string? Charset
    {
        get => Parameters["charset"];
        set => Set("charset", value);
    }

    /// <summary>The file name as programs older than Content-Disposition look for it.</summary>
    public string? Name
    {
        get => Parameters["name"];
        set => Set("name", value);
    }

    /// <summary>Compares without regard to case; "*" matches everything.</summary>
    public bool IsMimeType(string mediaType, string mediaSubtype) =>
        Matches(mediaType, MediaType) && Matches(mediaSubtype, MediaSubtype);

    /// <summary>Reads a header value. False unless it begins with a type, a slash and a subtype.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ContentType? type)
    {
        ArgumentNullException.ThrowIfNull(text);
        type = null;
        var reader = new ParameterReader(text);
        var mediaType = reader.ReadToken();
        if (!reader.TryPass('/'))
            return false;
        var mediaSubtype = reader.ReadToken();
        if (!ParameterWriter.IsToken(mediaType) || !ParameterWriter.IsToken(mediaSubtype))
            return false;
        type = new ContentType(mediaType, mediaSubtype);
        reader.ReadInto(type.Parameters);
        return true;
    }

    internal byte[] Encode() => ParameterWriter.Encode("Content-Type", MimeType, Parameters);

    void Set(string name, string? value)
    {
        if (value is null)
            Parameters.Remove(name);
        else
            Parameters[name] = value;
    }

    static bool Matches(string wanted, string actual) =>
        wanted == "*" || string.Equals(wanted, actual, StringComparison.OrdinalIgnoreCase);

    static string Token(string text) =>
        ParameterWriter.IsToken(text) ? text : throw new ArgumentException("Not a token (RFC 2045 5.1).", nameof(text));
}
