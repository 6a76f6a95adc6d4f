namespace MimeKit;

/// <summary>A part of a message: its Content-* fields and a body.</summary>
public abstract class MimeEntity : IDisposable
{
    ContentDisposition? _disposition;

    private protected MimeEntity(ContentType contentType)
    {
        ArgumentNullException.ThrowIfNull(contentType);
        ContentType = contentType;
        contentType.Changed += RenewContentType;
        RenewContentType();
    }

    public HeaderList Headers { get; } = [];

    public ContentType ContentType { get; }

    /// <summary>Null where the part has no such field.</summary>
    public ContentDisposition? ContentDisposition
    {
        get => _disposition;
        set
        {
            if (_disposition is not null)
                _disposition.Changed -= RenewDisposition;
            _disposition = value;
            if (value is not null)
                value.Changed += RenewDisposition;
            RenewDisposition();
        }
    }

    public bool IsAttachment => ContentDisposition is { IsAttachment: true };

    /// <summary>Decides the transfer encodings, so that the part can travel and be signed.</summary>
    public abstract void Prepare(EncodingConstraint constraint, int maxLineLength = 78);

    /// <summary>Writes fields, an empty line and the body.</summary>
    public void WriteTo(FormatOptions options, Stream stream, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(stream);
        Headers.WriteTo(stream, options.NewLine);
        stream.Write(options.NewLine);
        WriteBody(options, stream, cancellationToken);
    }

    internal abstract void WriteBody(FormatOptions options, Stream stream, CancellationToken cancellationToken);

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
    }

    void RenewContentType() => Headers.Replace(new Header("Content-Type", ContentType.Encode()));

    void RenewDisposition()
    {
        if (_disposition is null)
            Headers.RemoveAll(HeaderId.ContentDisposition);
        else
            Headers.Replace(new Header("Content-Disposition", _disposition.Encode()));
    }
}
