using MailResponder.Reply.Dkim;

namespace MailResponder.Reply;

/// <summary>
/// What of a reply is the same for everybody: the Content-* fields and the body, with LF line ends. Holds the
/// attachments open.
/// </summary>
/// <param name="frame">All but the attachments.</param>
/// <param name="attachments">In their order.</param>
/// <param name="hash">As <see cref="Hash"/>; null: not known yet.</param>
internal sealed class ReplyBody(BodyFrame frame, IReadOnlyList<AttachedFile> attachments, byte[]? hash = null)
    : IDisposable
{
    private byte[]? _hash = hash;

    public BodyFrame Frame => frame;

    /// <summary>What a DKIM signature tells of the body (RFC 6376, section 3.7, step 1).</summary>
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

/// <summary>A reply's body without its attachments, with LF line ends.</summary>
/// <param name="Fields">The Content-* fields that go into the message's header.</param>
/// <param name="Texts">
/// What stands before, between and behind the attachments: one more than there are attachments.
/// </param>
internal sealed record BodyFrame(byte[] Fields, IReadOnlyList<byte[]> Texts);
