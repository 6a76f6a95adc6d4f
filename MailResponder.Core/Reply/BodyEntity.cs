using MimeKit;

namespace MailResponder.Reply;

/// <summary>
/// A body for MimeKit's signer. It has Content-* fields but no content, because the signer is given the hash.
/// </summary>
internal sealed class BodyEntity : MimeEntity
{
    /// <param name="fields">The Content-* fields, with LF line ends.</param>
    public BodyEntity(byte[] fields) : base("text", "plain")
    {
        Headers.Clear();
        foreach (var header in HeaderList.Load(new MemoryStream([.. fields, .. "\n"u8])))
            Headers.Add(header);
    }

    /// <summary>Does nothing: the content was prepared when it was rendered.</summary>
    public override void Prepare(EncodingConstraint constraint, int maxLineLength = 78)
    {
    }

    public override void WriteTo(
        FormatOptions options, Stream stream, bool contentOnly, CancellationToken cancellationToken = default)
    {
    }
}
