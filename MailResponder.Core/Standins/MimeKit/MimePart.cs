namespace MimeKit;

/// <summary>A part with content of its own, such as an attachment.</summary>
public class MimePart : MimeEntity
{
    ContentEncoding _encoding;

    public MimePart(ContentType contentType) : base(contentType)
    {
    }

    public MimePart(string mediaType, string mediaSubtype) : this(new ContentType(mediaType, mediaSubtype))
    {
    }

    /// <summary>Null writes an empty body. Disposed with the part.</summary>
    public IMimeContent? Content { get; set; }

    /// <summary>Default until set, or until <see cref="Prepare"/> decides.</summary>
    public ContentEncoding ContentTransferEncoding
    {
        get => _encoding;
        set
        {
            _encoding = value;
            if (value == ContentEncoding.Default)
                Headers.RemoveAll(HeaderId.ContentTransferEncoding);
            else
                Headers[HeaderId.ContentTransferEncoding] = NameOf(value);
        }
    }

    /// <summary>
    /// The name to save under, from either field. Setting it makes the part an attachment and sets both fields.
    /// </summary>
    public string? FileName
    {
        get => ContentDisposition?.FileName ?? ContentType.Name;
        set
        {
            if (value is not null)
                ContentDisposition ??= new ContentDisposition(ContentDisposition.Attachment);
            if (ContentDisposition is not null)
                ContentDisposition.FileName = value;
            ContentType.Name = value;
        }
    }

    /// <summary>
    /// Keeps base64 and quoted-printable where they were chosen. Otherwise text gets the plainest encoding that the
    /// constraint and the line length allow, and everything else base64.
    /// </summary>
    public override void Prepare(EncodingConstraint constraint, int maxLineLength = 78)
    {
        if (ContentTransferEncoding is not (ContentEncoding.Base64 or ContentEncoding.QuotedPrintable))
            ContentTransferEncoding = BestEncoding(constraint, maxLineLength);
    }

    bool IsText => string.Equals(ContentType.MediaType, "text", StringComparison.OrdinalIgnoreCase);

    ContentEncoding BestEncoding(EncodingConstraint constraint, int maxLineLength)
    {
        if (!IsText)
            return constraint == EncodingConstraint.None ? ContentEncoding.Binary : ContentEncoding.Base64;
        using var census = new TextCensus();
        Content?.WriteTo(census);
        return census.Choose(constraint, maxLineLength);
    }

    internal override void WriteBody(FormatOptions options, Stream stream, CancellationToken cancellationToken)
    {
        if (Content is null)
            return;
        var usesCrLf = options.NewLineFormat == NewLineFormat.Dos;
        var isEncoded = Content.Encoding is ContentEncoding.Base64 or ContentEncoding.QuotedPrintable;
        if (isEncoded && Content.Encoding != ContentTransferEncoding)
            throw new NotSupportedException("Content that is encoded already cannot be encoded otherwise.");
        OutputFilter? filter = isEncoded ? new NewLineFilter(stream, usesCrLf) : ContentTransferEncoding switch
        {
            // RFC 2045 6.8: the line ends inside encoded text are CRLF, whatever the message has outside.
            ContentEncoding.Base64 when IsText => new NewLineFilter(new Base64Filter(stream, usesCrLf), true),
            ContentEncoding.Base64 => new Base64Filter(stream, usesCrLf),
            ContentEncoding.QuotedPrintable => new NewLineFilter(new QuotedPrintableFilter(stream, usesCrLf), false),
            ContentEncoding.Binary => null,
            _ => new NewLineFilter(stream, usesCrLf),
        };
        Content.WriteTo(filter ?? stream, cancellationToken);
        filter?.Complete();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            Content?.Dispose();
        base.Dispose(disposing);
    }

    static string NameOf(ContentEncoding encoding) => encoding switch
    {
        ContentEncoding.SevenBit => "7bit",
        ContentEncoding.EightBit => "8bit",
        ContentEncoding.Binary => "binary",
        ContentEncoding.Base64 => "base64",
        ContentEncoding.QuotedPrintable => "quoted-printable",
        _ => throw new ArgumentOutOfRangeException(nameof(encoding)),
    };
}
