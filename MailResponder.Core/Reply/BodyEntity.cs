using MimeKit;

namespace MailResponder.Reply;

/// <summary>A body for MimeKit's signer: its Content-* fields, and its content when that is to be hashed.</summary>
internal sealed class BodyEntity : MimeEntity
{
    private readonly ReplyBody? _content;

    /// <param name="fields">The Content-* fields, with LF line ends.</param>
    /// <param name="content">Null: none is written.</param>
    public BodyEntity(byte[] fields, ReplyBody? content = null) : base("text", "plain")
    {
        _content = content;
        Headers.Clear();
        foreach (var header in HeaderList.Load(new MemoryStream([.. fields, .. "\n"u8])))
            Headers.Add(header);
    }

    /// <summary>Does nothing: the content was prepared when it was rendered.</summary>
    public override void Prepare(EncodingConstraint constraint, int maxLineLength = 78)
    {
    }

    /// <exception cref="IOException">An attachment cannot be read.</exception>
    public override void WriteTo(
        FormatOptions options, Stream stream, bool contentOnly, CancellationToken cancellationToken = default) =>
        _content?.WriteTo(stream);
}
