using MailResponder.Reply.Dkim;

namespace MailResponder.Reply;

/// <summary>
/// The part of a reply that is the same for everyone: the Content-* fields and the body, with LF line ends. It keeps
/// the attachments open.
/// </summary>
/// <param name="frame">Everything except the attachments.</param>
/// <param name="attachments">The attachments, in order.</param>
/// <param name="hash">The value of <see cref="Hash"/>; null if it is not known yet.</param>
internal sealed class ReplyBody(BodyFrame frame, IReadOnlyList<AttachedFile> attachments, byte[]? hash = null)
    : IDisposable
{
    private byte[]? _hash = hash;

    public BodyFrame Frame => frame;

    /// <summary>The body hash for a DKIM signature (RFC 6376, section 3.7, step 1).</summary>
    /// <exception cref="IOException">An attachment cannot be read.</exception>
    public byte[] Hash => _hash ??= BodyHasher.Hash(this);

    public long Bytes => frame.Texts.Sum(text => (long)text.Length) + attachments.Sum(attachment => attachment.Bytes);

    public long Lines => frame.Texts.Sum(text => (long)text.AsSpan().Count((byte)'\n'))
        + attachments.Sum(attachment => attachment.Lines);

    /// <exception cref="IOException">An attachment cannot be read, or the output cannot be written.</exception>
    public void WriteTo(Stream output)
    {
        for (var i = 0; i < frame.Texts.Count; i++)
        {
            output.Write(frame.Texts[i]);
            if (i < attachments.Count)
                attachments[i].WriteTo(output);
        }
    }

    public void Dispose()
    {
        foreach (var attachment in attachments)
            attachment.Dispose();
    }
}

/// <summary>The body of a reply without its attachments, with LF line ends.</summary>
/// <param name="Fields">The Content-* fields, which go into the header of the message.</param>
/// <param name="Texts">
/// The bytes before, between and after the attachments: one element more than there are attachments. An open frame is
/// also split where its texts are missing.
/// </param>
internal sealed record BodyFrame(byte[] Fields, IReadOnlyList<byte[]> Texts);
