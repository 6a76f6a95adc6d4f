using System.Diagnostics.CodeAnalysis;

namespace MimeKit;

/// <summary>Whether a part is shown in place or offered as a file, and under which name (RFC 2183).</summary>
public sealed class ContentDisposition
{
    public const string Attachment = "attachment";
    public const string Inline = "inline";

    /// <summary>An attachment.</summary>
    public ContentDisposition() : this(Attachment)
    {
    }

    /// <exception cref="ArgumentException">Not a token.</exception>
    public ContentDisposition(string disposition)
    {
        if (!ParameterWriter.IsToken(disposition))
            throw new ArgumentException("Not a token (RFC 2045 5.1).", nameof(disposition));
        Disposition = disposition;
        Parameters.Changed += () => Changed?.Invoke();
    }

    internal event Action? Changed;

    public string Disposition { get; }

    public ParameterList Parameters { get; } = [];

    public bool IsAttachment => string.Equals(Disposition, Attachment, StringComparison.OrdinalIgnoreCase);

    /// <summary>The suggested name; null where there is none.</summary>
    public string? FileName
    {
        get => Parameters["filename"];
        set
        {
            if (value is null)
                Parameters.Remove("filename");
            else
                Parameters["filename"] = value;
        }
    }

    /// <summary>Reads a header value. False unless it begins with a token.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ContentDisposition? disposition)
    {
        ArgumentNullException.ThrowIfNull(text);
        var reader = new ParameterReader(text);
        var token = reader.ReadToken();
        disposition = ParameterWriter.IsToken(token) ? new ContentDisposition(token) : null;
        if (disposition is not null)
            reader.ReadInto(disposition.Parameters);
        return disposition is not null;
    }

    internal byte[] Encode() => ParameterWriter.Encode("Content-Disposition", Disposition, Parameters);
}
