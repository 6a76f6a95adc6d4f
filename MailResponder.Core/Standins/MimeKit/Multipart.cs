using System.Collections;
using System.Text;

namespace MimeKit;

/// <summary>Parts in a row between boundaries (RFC 2046 5.1).</summary>
public class Multipart : MimeEntity, IEnumerable<MimeEntity>
{
    readonly List<MimeEntity> _parts = [];

    /// <summary>An empty one with a random boundary.</summary>
    public Multipart(string subtype) : base(new ContentType("multipart", subtype))
    {
        // "=-" stands in neither base64 nor quoted-printable text.
        Boundary = "=-" + Guid.NewGuid().ToString("N");
    }

    /// <summary>The delimiter: 1 to 70 characters that stand at the beginning of no line of the parts.</summary>
    public string Boundary
    {
        get => ContentType.Boundary ?? "";
        set => ContentType.Boundary = value;
    }

    public int Count => _parts.Count;

    public MimeEntity this[int index] => _parts[index];

    public void Add(MimeEntity part)
    {
        ArgumentNullException.ThrowIfNull(part);
        _parts.Add(part);
    }

    public IEnumerator<MimeEntity> GetEnumerator() => _parts.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override void Prepare(EncodingConstraint constraint, int maxLineLength = 78)
    {
        foreach (var part in _parts)
            part.Prepare(constraint, maxLineLength);
    }

    internal override void WriteBody(FormatOptions options, Stream stream, CancellationToken cancellationToken)
    {
        var delimiter = Encoding.UTF8.GetBytes("--" + Boundary);
        foreach (var part in _parts)
        {
            stream.Write(delimiter);
            stream.Write(options.NewLine);
            part.WriteTo(options, stream, cancellationToken);
            stream.Write(options.NewLine);
        }
        stream.Write(delimiter);
        stream.Write("--"u8);
        stream.Write(options.NewLine);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            foreach (var part in _parts)
                part.Dispose();
        base.Dispose(disposing);
    }
}
